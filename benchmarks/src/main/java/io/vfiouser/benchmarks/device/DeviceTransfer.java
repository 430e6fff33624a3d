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
 * What Read and Write cost by size and by the form of the data pointer, in nanoseconds of one processor per command. Compare RAM with the null
 * back end of the same row: the difference is the copy, which {@code MemoryCopy} measures alone. What the null back end takes more at a
 * larger size is the walk through the data pointer.
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
public class DeviceTransfer {
    private static final long GUEST_BYTES = 64L << 20;
    private static final int BATCH = 32;

    /** The command. */
    @Param({"READ", "WRITE"})
    public Operation operation;

    /** Bytes it transfers. */
    @Param({"4096", "512", "16384", "65536", "131072"})
    public int sizeBytes;

    /** How it describes its data. */
    @Param({"PRP", "PRP_SCATTERED", "SGL", "SGL_SCATTERED"})
    public Pointer pointer;

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
        commands = new CommandStream(controller, operation, sizeBytes, pointer);
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        controller.close();
    }

    /** Batches of 32: nanoseconds per command. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void depth32() {
        controller.execute(ring, commands, BATCH);
    }
}
