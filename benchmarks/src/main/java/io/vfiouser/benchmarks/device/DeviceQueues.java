package io.vfiouser.benchmarks.device;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a 4 KiB Read costs by the number of queue pairs that one poller serves, in nanoseconds per command. The claim: the cost grows by less than
 * 10 % from 1 queue to 64. Compare the rows of one method; the null back end is the harder test, since its commands cost least.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms64m", "-Xmx512m"})
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class DeviceQueues {
    private static final int SIZE_BYTES = 4096;
    private static final long GUEST_BYTES = 16L << 20;
    private static final int SPREAD = 64;
    private static final int BATCH = 32;

    /** Queue pairs. */
    @Param({"1", "4", "64"})
    public int queues;

    /** The back end. */
    @Param({"RAM", "NULL"})
    public Medium medium;

    private SteppedController controller;
    private CommandStream commands;
    private HostRing last;

    /** Enables a controller with its queue pairs. */
    @Setup
    public void start() {
        controller = new SteppedController(medium.open(), LocalGuestRam.ofSize(GUEST_BYTES), queues);
        last = controller.ring(queues);
        CommandStream.fill(controller);
        commands = new CommandStream(controller, Operation.READ, SIZE_BYTES, Pointer.PRP);
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        controller.close();
    }

    /** 64 commands spread evenly over all queues, a doorbell for each queue. With 64 queues each has one: no batch in any of them. */
    @Benchmark
    @OperationsPerInvocation(SPREAD)
    public void allActive() {
        int each = SPREAD / queues;
        for (int id = 1; id <= queues; id++) {
            HostRing ring = controller.ring(id);
            for (int i = 0; i < each; i++) {
                commands.put(ring);
            }
            ring.ring();
        }
        int ignored = controller.step();
        for (int id = 1; id <= queues; id++) {
            controller.await(controller.ring(id), each);
        }
    }

    /** One queue has batches of 32, the others are idle: what the poller looks at in vain. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void oneActiveDepth32() {
        controller.execute(last, commands, BATCH);
    }

    /** One queue has one command at a time, the others are idle: each command pays for a whole pass over them. */
    @Benchmark
    public void oneActiveDepth1() {
        commands.put(last);
        last.ring();
        controller.complete(last, 1);
    }

    /** A pass over queues that are all idle: what the poller does while it waits. In nanoseconds per pass. */
    @Benchmark
    public int idlePass() {
        return controller.step();
    }
}
