package io.vfiouser.benchmarks.primitives;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.os.GuardedCopy;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.PageSize;
import java.lang.foreign.MemorySegment;
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
 * The copy between guest memory and a RAM medium, in nanoseconds per copy, by size, direction, what copies, and the pages under the
 * medium: between random blocks of 128 MiB and a few buffers, as commands at depth 32 do. Compare the page sizes: what the translation of
 * addresses costs; and with {@code DeviceTransfer}: what a command costs besides. {@code nvme-yardstick --copy-loop} is the same loop in C, for reads.
 *
 * <p>Pages that cannot be had make it fail, so that no figure goes by a wrong name: {@code sysctl vm.nr_hugepages=64} reserves enough.
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
public class MemoryCopy {
    private static final long MEDIUM_BYTES = 128L << 20;
    private static final int BUFFERS = 32;
    private static final int PLACES = 8192;
    private static final int SEED = 23;

    /** Bytes copied at a time. */
    @Param({"512", "4096", "16384", "65536", "131072"})
    public int sizeBytes;

    /** Pages of the medium. */
    @Param({"BASE", "TRANSPARENT_HUGE", "EXPLICIT_HUGE"})
    public PageSize pages;

    /** What copies. */
    public enum Copier {
        /** {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)}. */
        JAVA,
        /** {@link GuardedCopy}. */
        GUARDED
    }

    /** A read copies from the medium to the guest, a write from the guest. */
    @Param({"TO_GUEST", "FROM_GUEST"})
    public Direction direction;

    /** By what. */
    @Param({"JAVA", "GUARDED"})
    public Copier copier;

    private final long[] places = new long[PLACES];
    private Mapping medium;
    private Mapping guest;
    private MemorySegment mediumMemory;
    private MemorySegment guestMemory;
    private int next;

    /** Takes the memory. */
    @Setup
    public void start() {
        medium = Mapping.anonymous(MEDIUM_BYTES, pages);
        if (medium.pageSize() != pages) {
            throw new IllegalStateException("wanted " + pages + ", got " + medium.pageSize()
                    + ": reserve 64 huge pages, or leave this out with -p pages=BASE");
        }
        guest = Mapping.anonymous((long) BUFFERS * sizeBytes, PageSize.BASE);
        medium.populate();
        guest.populate();
        mediumMemory = medium.segment();
        guestMemory = guest.segment();
        Random random = new Random(SEED);
        for (int i = 0; i < PLACES; i++) {
            places[i] = (long) random.nextInt((int) (MEDIUM_BYTES / sizeBytes)) * sizeBytes;
        }
    }

    /** Frees it. */
    @TearDown
    public void stop() {
        guest.close();
        medium.close();
    }

    /** One copy. */
    @Benchmark
    public void copy() {
        int i = next++;
        long block = places[i & (PLACES - 1)];
        long buffer = (long) (i & (BUFFERS - 1)) * sizeBytes;
        if (direction == Direction.TO_GUEST) {
            copy(mediumMemory, block, guestMemory, buffer);
        } else {
            copy(guestMemory, buffer, mediumMemory, block);
        }
    }

    private void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset) {
        if (copier == Copier.JAVA) {
            MemorySegment.copy(from, fromOffset, to, toOffset, sizeBytes);
        } else {
            GuardedCopy.copy(from, fromOffset, to, toOffset, sizeBytes);
        }
    }
}
