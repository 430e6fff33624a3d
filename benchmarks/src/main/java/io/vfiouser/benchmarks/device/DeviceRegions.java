package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.spec.IoCommand;
import java.util.Random;
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
 * What a 4 KiB Read costs by the number of DMA regions the guest has mapped, in nanoseconds per command. The same 256 MiB of data, cut into more and
 * more regions, and each command into a page at random, so that the hint to the last region found is wrong nearly always. The claim: the cost
 * grows by less than 2 times from 1 region to 65,536. {@code RegionLookup} has the lookup alone.
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
public class DeviceRegions {
    private static final int SIZE_BYTES = 4096;
    private static final int BLOCKS = SIZE_BYTES / Medium.BLOCK_BYTES;
    private static final long QUEUE_BYTES = 2L << 20;
    private static final long DATA_BYTES = 256L << 20;
    private static final int BATCH = 32;
    private static final int PLACES = 1 << 16;
    private static final int SEED = 21;

    /** Regions that hold the data. */
    @Param({"1", "16", "256", "4096", "65536"})
    public int regions;

    /** The back end. */
    @Param({"RAM", "NULL"})
    public Medium medium;

    private final long[] buffers = new long[PLACES];
    private final long[] lbas = new long[PLACES];
    private SteppedController controller;
    private HostRing ring;
    private int place;

    /** Maps the regions and enables a controller with one queue pair. */
    @Setup
    public void start() {
        LocalGuestRam ram = LocalGuestRam.inRegions(QUEUE_BYTES, DATA_BYTES, regions);
        controller = new SteppedController(medium.open(), ram, 1);
        ring = controller.ring(1);
        CommandStream.fill(controller);
        Random random = new Random(SEED);
        for (int i = 0; i < PLACES; i++) {
            buffers[i] = ram.iova(QUEUE_BYTES + random.nextInt((int) (DATA_BYTES / SIZE_BYTES)) * (long) SIZE_BYTES);
            lbas[i] = random.nextInt((int) (Medium.SIZE_BYTES / SIZE_BYTES)) * (long) BLOCKS;
        }
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        controller.close();
    }

    /** Batches of 32, each command to a page of another region: nanoseconds per command. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void depth32() {
        for (int i = 0; i < BATCH; i++) {
            int at = place++ & (PLACES - 1);
            IoCommand.read(controller.ram().guestView(), ring.next(), ring.slot(), 1, lbas[at], BLOCKS, buffers[at], 0);
            ring.advance();
        }
        ring.ring();
        controller.complete(ring, BATCH);
    }
}
