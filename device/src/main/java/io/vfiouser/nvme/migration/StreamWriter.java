package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.StreamFormat.Checksum;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Makes bytes of frames, as many at a time as are asked for. Control thread only.
 *
 * <p>The content of a {@link Frame.Data} is copied straight from the frame into what is asked for, so it must neither go away nor change
 * until the source is asked for the next one.
 */
public final class StreamWriter {
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final FrameSource source;
    private final FrameOrder order = new FrameOrder();
    /** Preamble, header and fields that are being read; then {@code blocks}. */
    private MemorySegment fields;

    private MemorySegment blocks = NOTHING;
    private long fieldsRead;
    private long blocksRead;
    private long frames;
    private long bytesMade;
    private long bytesWritten;
    private boolean endMade;

    public StreamWriter(FrameSource source) {
        this.source = source;
        fields = MemorySegment.ofArray(new byte[StreamFormat.PREAMBLE_BYTES]);
        StreamFormat.putPreamble(fields);
        bytesMade = StreamFormat.PREAMBLE_BYTES;
    }

    /**
     * The next bytes of the stream.
     *
     * @return how many: fewer than asked for only if the source has nothing for now, or the stream has ended
     * @throws StateRefusedException if the source makes a state or frame that the stream cannot carry; the stream cannot be continued
     */
    public long read(MemorySegment into) {
        long at = 0;
        while (at < into.byteSize()) {
            at += copy(into, at);
            if (at < into.byteSize() && !nextFrame()) {
                break;
            }
        }
        bytesWritten += at;
        return at;
    }

    /** Whether the last byte of the last frame was read. */
    public boolean ended() {
        return endMade && bytesWritten == bytesMade;
    }

    /** How many bytes were read in all. */
    public long bytesWritten() {
        return bytesWritten;
    }

    private long copy(MemorySegment into, long at) {
        long ofFields = Math.min(fields.byteSize() - fieldsRead, into.byteSize() - at);
        MemorySegment.copy(fields, fieldsRead, into, at, ofFields);
        fieldsRead += ofFields;
        long ofBlocks = Math.min(blocks.byteSize() - blocksRead, into.byteSize() - at - ofFields);
        MemorySegment.copy(blocks, blocksRead, into, at + ofFields, ofBlocks);
        blocksRead += ofBlocks;
        return ofFields + ofBlocks;
    }

    private boolean nextFrame() {
        @Nullable Frame frame = endMade ? null : source.next();
        if (frame == null) {
            return false;
        }
        FrameType type = FrameType.of(frame);
        MemorySegment data = frame instanceof Frame.Data d ? d.data() : NOTHING;
        byte[] payload = FrameCodec.payload(frame, frames, bytesMade);
        long length = payload.length + data.byteSize();
        String refusal =
                type.allows(length, false) ? order.refusal(type) : "a payload of " + length + " bytes has no place";
        if (refusal != null) {
            throw new StateRefusedException("a %s frame cannot be written: %s".formatted(type.title(), refusal));
        }
        fields = MemorySegment.ofArray(new byte[StreamFormat.HEADER_BYTES + payload.length]);
        MemorySegment.copy(MemorySegment.ofArray(payload), 0, fields, StreamFormat.HEADER_BYTES, payload.length);
        StreamFormat.putHeader(fields, type.code(), StreamFormat.REQUIRED, (int) length);
        Checksum checksum = StreamFormat.checksum(fields);
        checksum.add(fields.asSlice(StreamFormat.HEADER_BYTES));
        checksum.add(data);
        StreamFormat.putChecksum(fields, checksum);
        fieldsRead = 0;
        blocks = data;
        blocksRead = 0;
        frames++;
        bytesMade += fields.byteSize() + data.byteSize();
        endMade = type == FrameType.END;
        return true;
    }
}
