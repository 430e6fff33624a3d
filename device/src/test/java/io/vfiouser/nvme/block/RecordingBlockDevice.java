package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Hands everything on to another device, and notes where the data of every read and write lies: the proof that a controller
 * hands the guest's own memory to the back end and no copy of it.
 */
public final class RecordingBlockDevice extends WrappingBlockDevice {
    /** A range of addresses in this process. */
    public record Range(long address, long lengthBytes) {
        /** The range of a segment. */
        public static Range of(MemorySegment segment) {
            return new Range(segment.address(), segment.byteSize());
        }

        /** Whether all of the other range lies in this one. */
        public boolean contains(Range other) {
            return other.address >= address && other.address + other.lengthBytes <= address + lengthBytes;
        }
    }

    /** One piece of memory that was handed over. */
    public record Piece(Operation operation, Range range) {}

    private final Supplier<List<Range>> allowed;
    private final List<Piece> strays = new CopyOnWriteArrayList<>();
    private final Map<Operation, AtomicLong> bytes = new ConcurrentHashMap<>();
    private final Map<Operation, AtomicLong> pieces = new ConcurrentHashMap<>();

    /**
     * Wraps a device.
     *
     * @param allowed where the data may lie at the moment of the request
     */
    public RecordingBlockDevice(BlockDevice inner, Supplier<List<Range>> allowed) {
        super(inner);
        this.allowed = allowed;
    }

    /** Pieces that did not lie inside one allowed range. */
    public List<Piece> strays() {
        return strays;
    }

    /** How many bytes of data the operation moved. */
    public long bytes(Operation operation) {
        return bytes.computeIfAbsent(operation, o -> new AtomicLong()).get();
    }

    /** In how many pieces. */
    public long pieces(Operation operation) {
        return pieces.computeIfAbsent(operation, o -> new AtomicLong()).get();
    }

    @Override
    protected void received(BlockRequest request) {
        if (!request.operation().hasData()) {
            return;
        }
        SegmentList data = request.data();
        List<Range> ranges = allowed.get();
        for (int i = 0; i < data.size(); i++) {
            Range range = new Range(data.address(i), data.length(i));
            if (!data.segment(i).isNative() || ranges.stream().noneMatch(r -> r.contains(range))) {
                strays.add(new Piece(request.operation(), range));
            }
        }
        bytes.computeIfAbsent(request.operation(), o -> new AtomicLong()).addAndGet(data.totalBytes());
        pieces.computeIfAbsent(request.operation(), o -> new AtomicLong()).addAndGet(data.size());
    }
}
