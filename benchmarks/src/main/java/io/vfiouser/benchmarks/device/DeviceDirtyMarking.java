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
 * What recording the pages that the device writes costs, in nanoseconds per command. {@code NONE} is the build without it: the same memory from
 * the same client, with a region that records nothing. The claim: against {@code NONE}, {@code LOG_OFF} takes less than 5 % more per Read, and
 * {@code LOG_ON}, with a report every 10 ms, less than 15 %. A Write marks only its completion.
 *
 * <p>With the log on, two other threads of this process answer and ask: they need a processor of their own, or their work is in the figure.
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
public class DeviceDirtyMarking {
    private static final long GUEST_BYTES = 64L << 20;
    private static final int BATCH = 32;

    /** Who records. */
    @Param({"NONE", "LOG_OFF", "LOG_ON"})
    public SharedGuestRam.Marking marking;

    /** The command. */
    @Param({"READ", "WRITE"})
    public Operation operation;

    /** Bytes it transfers. */
    @Param({"4096", "131072"})
    public int sizeBytes;

    /** The back end; without a copy, the marking is not lost in it. */
    @Param({"RAM", "NULL"})
    public Medium medium;

    private SteppedController controller;
    private HostRing ring;
    private CommandStream commands;

    /** Has a guest share its memory, and enables a controller with one queue pair. */
    @Setup
    public void start() {
        controller = new SteppedController(medium.open(), new SharedGuestRam(GUEST_BYTES, marking), 1);
        ring = controller.ring(1);
        CommandStream.fill(controller);
        commands = new CommandStream(controller, operation, sizeBytes, Pointer.PRP);
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        controller.close();
    }

    /** One command at a time: nanoseconds per command. */
    @Benchmark
    public void depth1() {
        controller.execute(ring, commands, 1);
    }

    /** Batches of 32: nanoseconds per command. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void depth32() {
        controller.execute(ring, commands, BATCH);
    }
}
