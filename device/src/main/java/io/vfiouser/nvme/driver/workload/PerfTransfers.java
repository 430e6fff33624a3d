package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The commands of one queue under load: where they go, their buffers, and what they took. A slot is the tag of a command and has a buffer of
 * its own, unless the data are scattered. Used by the thread of the queue; allocates nothing after construction.
 */
final class PerfTransfers {

    private static final long LONGEST_LATENCY = TimeUnit.SECONDS.toNanos(100);
    private static final int DIGITS = 3;

    private final IoQueue queue;
    private final NamespaceInfo namespace;
    private final PerfSettings settings;
    private final DmaBuffer buffer;
    private final long bufferOffset;
    /** Where in the buffer a command may have its data if that is not its slot's place. */
    private final long scatterPlaces;

    private final int blocksPerTransfer;
    private final long firstUnit;
    private final long units;

    private final long[] startedAt;
    private final boolean[] reading;
    private final Histogram reads = newHistogram();
    private final Histogram writes = newHistogram();
    private long random;
    private long nextUnit;

    PerfTransfers(
            NvmeDriver driver,
            int index,
            NamespaceInfo namespace,
            PerfSettings settings,
            DmaBuffer buffer,
            long bufferOffset) {
        this.queue = driver.ioQueue(index);
        this.namespace = namespace;
        this.settings = settings;
        this.buffer = buffer;
        this.bufferOffset = bufferOffset;
        this.scatterPlaces = settings.scatterBytes() / settings.transferBytes();
        this.blocksPerTransfer = settings.transferBytes() / namespace.blockBytes();
        long allUnits = Math.min(settings.spanBytes(), namespace.lengthBytes()) / settings.transferBytes();
        // random access goes everywhere; sequential streams each have a part of their own
        this.units = settings.pattern().random() ? allUnits : allUnits / driver.ioQueueCount();
        this.firstUnit = settings.pattern().random() ? 0 : units * index;
        this.startedAt = new long[queue.depth()];
        this.reading = new boolean[queue.depth()];
        this.random = mix(settings.seed() + index + 1);
    }

    static Histogram newHistogram() {
        return new Histogram(LONGEST_LATENCY, DIGITS);
    }

    IoQueue queue() {
        return queue;
    }

    int slots() {
        return startedAt.length;
    }

    Histogram reads() {
        return reads;
    }

    Histogram writes() {
        return writes;
    }

    /** When the command of a slot began, or was due. */
    long startedAt(int slot) {
        return startedAt[slot];
    }

    /** Fails if the command did. */
    void check(int slot, int statusField, long result) {
        if (statusField != 0) {
            throw new NvmeCommandException(
                    (reading[slot] ? "Read" : "Write") + " on namespace " + namespace.id(),
                    new NvmeCompletion((int) result, 0, statusField));
        }
    }

    /** Counts the command of a slot. */
    void count(int slot, long nanos) {
        (reading[slot] ? reads : writes).recordValue(Math.min(nanos, LONGEST_LATENCY));
    }

    /** Counts a command that was due and never issued. */
    void countMissed(long nanos) {
        (nextIsRead() ? reads : writes).recordValue(Math.min(nanos, LONGEST_LATENCY));
    }

    /** Puts the next command into a free slot; the next poll rings. */
    void submit(int slot, long at) {
        long unit = firstUnit + nextUnit();
        long lba = unit * blocksPerTransfer;
        int length = settings.transferBytes();
        long place = scatterPlaces == 0 ? slot : Math.unsignedMultiplyHigh(nextRandom(), scatterPlaces);
        long iova = buffer.iova() + bufferOffset + place * length;
        boolean read = nextIsRead();
        reading[slot] = read;
        startedAt[slot] = at;
        boolean room = read
                ? queue.read(namespace.id(), lba, blocksPerTransfer, iova, length, slot)
                : queue.write(namespace.id(), lba, blocksPerTransfer, iova, length, false, slot);
        if (!room) {
            throw new IllegalStateException("queue " + queue.id() + " is used by somebody else");
        }
    }

    private long nextUnit() {
        if (settings.pattern().random()) {
            return Math.unsignedMultiplyHigh(nextRandom(), units);
        }
        long unit = nextUnit;
        nextUnit = unit + 1 == units ? 0 : unit + 1;
        return unit;
    }

    private boolean nextIsRead() {
        int percent = settings.pattern().readPercent();
        return percent == 100 || (percent != 0 && Math.unsignedMultiplyHigh(nextRandom(), 100) < percent);
    }

    /** xorshift64*: good enough to scatter, and a few cycles. */
    private long nextRandom() {
        long x = random;
        x ^= x >>> 12;
        x ^= x << 25;
        x ^= x >>> 27;
        random = x;
        return x * 0x2545_F491_4F6C_DD1DL;
    }

    private static long mix(long seed) {
        long z = seed * 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        return z | 1;
    }

    /** Gives what is written a content. */
    void fillBuffers() {
        if (settings.pattern().writes()) {
            long places = scatterPlaces == 0 ? startedAt.length : scatterPlaces;
            long length = places * settings.transferBytes();
            for (long i = 0; i < length; i += Long.BYTES) {
                buffer.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, bufferOffset + i, nextRandom());
            }
        }
    }
}
