package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.StreamFormat.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of bytes, however they are cut. Control thread only.
 *
 * <p>A frame is handed over when all of it is there and its checksum matches. Once the stream or a frame was refused, every further call
 * throws the same reason. Memory stays within a few times the largest frame, whatever the stream says. The content of a {@link Frame.Data} stands in
 * native memory, page aligned.
 */
public final class StreamReader {
    private static final int PAGE_BYTES = 4096;
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private enum Part {
        PREAMBLE,
        HEADER,
        PAYLOAD,
        /** A payload of a type that is not known. */
        SKIPPED,
        ENDED
    }

    private final FrameSink sink;
    private final FrameOrder order = new FrameOrder();
    private final MemorySegment header = MemorySegment.ofArray(new byte[StreamFormat.HEADER_BYTES]);
    private Part part = Part.PREAMBLE;
    private MemorySegment collected = header;
    private long collectedBytes;
    private long partBytes = StreamFormat.PREAMBLE_BYTES;
    private Checksum checksum = new Checksum();
    private MemorySegment dataMemory = NOTHING;
    private boolean newer;
    private long frames;
    private long frameStart;
    private long bytesRead;
    /** A frame was handed over: the sink has not returned, or failed in a way that nobody catches here. */
    private boolean handing;

    private @Nullable StateRefusedException refused;

    public StreamReader(FrameSink sink) {
        this.sink = sink;
    }

    /**
     * Takes the next bytes of the stream, and hands over the frames that are complete with them.
     *
     * @param from is not used after the call
     * @throws StateRefusedException if the stream is damaged, not of this major version, or a frame was refused by the sink
     */
    public void write(MemorySegment from) {
        throwIfRefused();
        try {
            take(from);
        } catch (StateRefusedException e) {
            refused = e;
            throw e;
        } catch (RuntimeException e) {
            refused = new StateRefusedException("%s could not be taken: %s".formatted(where(), e.getMessage()), e);
            throw refused;
        }
    }

    /**
     * Says that there are no more bytes.
     *
     * @throws StateRefusedException unless the stream is complete
     */
    public void finish() {
        throwIfRefused();
        if (part != Part.ENDED) {
            refused = new StateRefusedException(
                    "the stream is cut off after %d bytes, %s: the source did not send all of it"
                            .formatted(
                                    bytesRead,
                                    collectedBytes == 0 && part == Part.HEADER
                                            ? "before its end"
                                            : "within " + where()));
            throw refused;
        }
    }

    /** Whether the last frame was taken. */
    public boolean ended() {
        return part == Part.ENDED;
    }

    /** How many bytes were taken. */
    public long bytesRead() {
        return bytesRead;
    }

    private void throwIfRefused() {
        if (handing && refused == null) {
            refused = new StateRefusedException("%s could not be taken".formatted(where()));
        }
        if (refused != null) {
            throw new StateRefusedException(String.valueOf(refused.getMessage()), refused);
        }
    }

    private void take(MemorySegment from) {
        long at = 0;
        while (at < from.byteSize()) {
            if (part == Part.ENDED) {
                throw new StateRefusedException(
                        "%d bytes follow the end of the stream at byte %d".formatted(from.byteSize() - at, bytesRead));
            }
            long step = Math.min(from.byteSize() - at, partBytes - collectedBytes);
            if (part == Part.SKIPPED) {
                checksum.add(from.asSlice(at, step));
            } else {
                MemorySegment.copy(from, at, collected, collectedBytes, step);
            }
            at += step;
            collectedBytes += step;
            bytesRead += step;
            while (part != Part.ENDED && collectedBytes == partBytes) {
                partComplete();
            }
        }
    }

    private void partComplete() {
        switch (part) {
            case PREAMBLE -> {
                newer = StreamFormat.minorOf(header) > StreamFormat.MINOR;
                collect(Part.HEADER, header, StreamFormat.HEADER_BYTES);
            }
            case HEADER -> headerComplete();
            case PAYLOAD -> {
                checksum.add(collected.asSlice(0, partBytes));
                payloadComplete(FrameType.of(StreamFormat.type(header)).orElseThrow());
            }
            case SKIPPED -> {
                requireChecksum();
                nextFrame();
            }
            case ENDED -> throw new AssertionError("nothing is collected behind the end");
        }
    }

    private void headerComplete() {
        frameStart = bytesRead - StreamFormat.HEADER_BYTES;
        checksum = StreamFormat.checksum(header);
        long length = StreamFormat.lengthBytes(header);
        Optional<FrameType> type = FrameType.of(StreamFormat.type(header));
        if (type.isPresent()) {
            if (!type.get().allows(length, newer)) {
                throw refusal("a payload of %d bytes is not possible".formatted(length));
            }
            collect(Part.PAYLOAD, memoryFor(type.get(), length), length);
        } else if (StreamFormat.required(header)) {
            throw refusal("this program does not know its type, and the source says that it must not be left out");
        } else if (length > StreamFormat.LARGEST_STATE_BYTES) {
            throw refusal("a payload of %d bytes is not possible".formatted(length));
        } else {
            collect(Part.SKIPPED, NOTHING, length);
        }
    }

    private void payloadComplete(FrameType type) {
        requireChecksum();
        String outOfOrder = order.refusal(type);
        if (outOfOrder != null) {
            throw refusal(outOfOrder);
        }
        Frame frame;
        try {
            frame = FrameCodec.read(type, collected.asSlice(0, partBytes), newer, frames, frameStart);
        } catch (StateRefusedException e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
        hand(frame);
        if (type == FrameType.END) {
            collect(Part.ENDED, NOTHING, 0);
        } else {
            nextFrame();
        }
    }

    private void hand(Frame frame) {
        handing = true;
        sink.take(frame);
        handing = false;
    }

    private void nextFrame() {
        frames++;
        collect(Part.HEADER, header, StreamFormat.HEADER_BYTES);
    }

    private void collect(Part next, MemorySegment memory, long bytes) {
        part = next;
        collected = memory;
        collectedBytes = 0;
        partBytes = bytes;
    }

    private MemorySegment memoryFor(FrameType type, long length) {
        if (type != FrameType.DATA) {
            return MemorySegment.ofArray(new byte[(int) length]);
        }
        if (dataMemory.byteSize() < length) {
            long pages = Long.highestOneBit(length / PAGE_BYTES) * 2 + 1;
            dataMemory = Arena.ofAuto()
                    .allocate(PAGE_BYTES + pages * PAGE_BYTES, PAGE_BYTES)
                    .asSlice(PAGE_BYTES - FrameCodec.DATA_FIELDS_BYTES);
        }
        return dataMemory;
    }

    private void requireChecksum() {
        if (!StreamFormat.matches(header, checksum)) {
            throw refusal("its checksum does not match: the stream is damaged");
        }
    }

    private StateRefusedException refusal(String reason) {
        return new StateRefusedException("%s is refused: %s".formatted(where(), reason));
    }

    /** The frame that is being taken, for people. */
    private String where() {
        return switch (part) {
            case PREAMBLE -> "the first %d bytes".formatted(StreamFormat.PREAMBLE_BYTES);
            case HEADER, PAYLOAD, SKIPPED -> {
                boolean known = part != Part.HEADER || collectedBytes == partBytes;
                String title = FrameType.of(StreamFormat.type(header))
                        .map(FrameType::title)
                        .orElseGet(() -> "type " + Integer.toUnsignedString(StreamFormat.type(header)));
                long start = known ? frameStart : bytesRead - collectedBytes;
                yield "frame %d (%sat byte %d)".formatted(frames + 1, known ? title + ", " : "", start);
            }
            case ENDED -> "the end";
        };
    }
}
