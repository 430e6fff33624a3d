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
 * What one command of 4 KiB costs by its opcode, from the doorbell to the completion, in nanoseconds of one processor. Compare the two media:
 * their difference is the copy (or the zeroing, or the comparison); and the two depths: their difference is what a pass of the poller, a
 * doorbell and an interrupt cost, which a batch shares.
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
public class DeviceCommand {
    private static final int SIZE_BYTES = 4096;
    private static final long GUEST_BYTES = 16L << 20;
    private static final int BATCH = 32;

    /** The command. */
    @Param({"READ", "WRITE", "FLUSH", "WRITE_ZEROES", "COMPARE", "VERIFY", "DATASET_MANAGEMENT"})
    public Operation operation;

    /** The back end. */
    @Param({"RAM", "NULL"})
    public Medium medium;

    private SteppedController controller;
    private HostRing ring;
    private CommandStream commands;

    /** Enables a controller with one queue pair. */
    @Setup
    public void start() {
        controller = new SteppedController(medium.open(), LocalGuestRam.ofSize(GUEST_BYTES), 1);
        ring = controller.ring(1);
        CommandStream.fill(controller);
        commands = new CommandStream(controller, operation, SIZE_BYTES, Pointer.PRP);
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        controller.close();
    }

    /** One command at a time: nanoseconds per command at depth 1. */
    @Benchmark
    public void depth1() {
        controller.execute(ring, commands, 1);
    }

    /** Batches of 32 behind one doorbell: nanoseconds per command, and one interrupt and one publication of SQHD for all. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void depth32() {
        controller.execute(ring, commands, BATCH);
    }
}
