package io.vfiouser.benchmarks.primitives;

import io.vfiouser.nvme.memory.DataPointer;
import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestBuffer;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
 * Turning a data pointer into pieces of guest memory, every address checked, in nanoseconds per command, by the number of pages. Compare
 * {@link #prp} with {@link #prpScattered}: the same entries, but nothing to merge; and both with the SGLs of the same size.
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
public class DataPointers {
    private static final long IOVA = 0x1_0000_0000L;
    private static final int PAGE_BYTES = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final long LIST = 0;
    private static final long SCATTERED_LIST = PAGE_BYTES;
    private static final long SGL_LIST = 2L * PAGE_BYTES;
    private static final long DATA = 4L * PAGE_BYTES;
    private static final long MEMORY_BYTES = 1 << 20;

    /** Pages of 4 KiB: one PRP, two, or a list of 31 behind the first. */
    @Param({"1", "2", "32"})
    public int pages;

    private final DataPointer pointers = new DataPointer();
    private final GuestBuffer buffer = new GuestBuffer();
    private final Arena arena = Arena.ofShared();
    private RegionTable table;
    private long lengthBytes;
    private long prp2;
    private long prp2Scattered;

    /** Writes the lists into a guest's memory. */
    @Setup
    public void start() {
        MemorySegment memory = arena.allocate(MEMORY_BYTES, PAGE_BYTES);
        table = RegionTable.of(List.of(GuestRegion.of(IOVA, memory)));
        lengthBytes = (long) pages * PAGE_BYTES;
        for (int i = 1; i < pages; i++) {
            LittleEndian.putU64(memory, LIST + (i - 1L) * Long.BYTES, page(i));
            LittleEndian.putU64(memory, SCATTERED_LIST + (i - 1L) * Long.BYTES, page(2 * i));
        }
        for (int i = 0; i < pages; i++) {
            SglDescriptor.write(
                    memory,
                    SGL_LIST + (long) i * SglDescriptor.LENGTH_BYTES,
                    page(2 * i),
                    PAGE_BYTES,
                    SglDescriptor.DATA_BLOCK);
        }
        prp2 = pages == 2 ? page(1) : IOVA + LIST;
        prp2Scattered = pages == 2 ? page(2) : IOVA + SCATTERED_LIST;
    }

    private static long page(int index) {
        return IOVA + DATA + (long) index * PAGE_BYTES;
    }

    /** Frees the memory. */
    @TearDown
    public void stop() {
        arena.close();
    }

    private int resolve(int psdt, long first, long second) {
        StatusCode status =
                pointers.resolve(table, psdt, first, second, lengthBytes, PAGE_SHIFT, Direction.TO_GUEST, buffer);
        if (status != StatusCode.SUCCESS) {
            throw new IllegalStateException(status.toString());
        }
        return buffer.segments().size();
    }

    /** PRPs to pages that lie one behind the other: one piece. */
    @Benchmark
    public int prp() {
        return resolve(SubmissionEntry.PSDT_PRP, page(0), prp2);
    }

    /** PRPs to every other page: a piece per page. */
    @Benchmark
    public int prpScattered() {
        return resolve(SubmissionEntry.PSDT_PRP, page(0), prp2Scattered);
    }

    /** One SGL data block in the command: one piece. */
    @Benchmark
    public int sgl() {
        return resolve(
                SubmissionEntry.PSDT_SGL, page(0), SglDescriptor.lengthAndType(lengthBytes, SglDescriptor.DATA_BLOCK));
    }

    /** An SGL segment with a data block for every other page: a piece per page. */
    @Benchmark
    public int sglScattered() {
        return resolve(
                SubmissionEntry.PSDT_SGL,
                IOVA + SGL_LIST,
                SglDescriptor.lengthAndType((long) pages * SglDescriptor.LENGTH_BYTES, SglDescriptor.LAST_SEGMENT));
    }
}
