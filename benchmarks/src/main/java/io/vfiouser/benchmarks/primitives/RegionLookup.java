package io.vfiouser.benchmarks.primitives;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Finding the region of a guest address, with the check of range and direction, in nanoseconds per lookup, by the number of regions. Compare the
 * rows of {@link #random} with each other: the growth should be logarithmic; and {@link #hintHit} with them: it should not grow at all.
 * {@code DeviceRegions} shows what is left of it in a whole command.
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
public class RegionLookup {
    private static final long BASE = 0x1_0000_0000L;
    private static final long REGION_BYTES = 4096;
    private static final int ADDRESSES = 1 << 16;
    private static final int SEED = 22;

    /** DMA regions in the table. */
    @Param({"1", "16", "256", "4096", "65536"})
    public int regions;

    private final long[] addresses = new long[ADDRESSES];
    private final Arena arena = Arena.ofShared();
    private RegionTable table;
    private int next;
    private int hint;

    /** Fills the table; there are holes between regions. */
    @Setup
    public void start() {
        MemorySegment memory = arena.allocate(REGION_BYTES, REGION_BYTES);
        List<GuestRegion> all = new ArrayList<>();
        for (long i = 0; i < regions; i++) {
            all.add(GuestRegion.of(BASE + 2 * i * REGION_BYTES, memory));
        }
        table = RegionTable.of(all);
        Random random = new Random(SEED);
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = BASE + 2L * random.nextInt(regions) * REGION_BYTES;
        }
        hint = table.find(addresses[0], 1, Direction.TO_GUEST, 0);
    }

    /** Frees the memory. */
    @TearDown
    public void stop() {
        arena.close();
    }

    /** Each address in another region than the last, the hint with which a queue begins is wrong. */
    @Benchmark
    public int random() {
        hint = table.find(addresses[next++ & (ADDRESSES - 1)], REGION_BYTES, Direction.TO_GUEST, hint);
        return hint;
    }

    /** The region is the one that was found last, as with most guests always. */
    @Benchmark
    public int hintHit() {
        return table.find(addresses[0], REGION_BYTES, Direction.TO_GUEST, hint);
    }
}
