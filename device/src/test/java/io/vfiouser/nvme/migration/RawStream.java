package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.StreamFormat.Checksum;
import io.vfiouser.nvme.spec.LittleEndian;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A stream put together by hand: any types and payloads, with checksums that match. */
final class RawStream {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long frames;

    RawStream() {
        this(StreamFormat.MAJOR, StreamFormat.MINOR);
    }

    RawStream(int major, int minor) {
        byte[] preamble = new byte[StreamFormat.PREAMBLE_BYTES];
        MemorySegment at = MemorySegment.ofArray(preamble);
        StreamFormat.putPreamble(at);
        LittleEndian.putU16(at, 8, major);
        LittleEndian.putU16(at, 10, minor);
        StreamFormat.putChecksum(at, StreamFormat.checksum(at));
        out.writeBytes(preamble);
    }

    /** A frame of any type. */
    RawStream frame(int type, int flags, byte[] payload) {
        byte[] header = new byte[StreamFormat.HEADER_BYTES];
        MemorySegment at = MemorySegment.ofArray(header);
        StreamFormat.putHeader(at, type, flags, payload.length);
        Checksum checksum = StreamFormat.checksum(at);
        checksum.add(MemorySegment.ofArray(payload));
        StreamFormat.putChecksum(at, checksum);
        out.writeBytes(header);
        out.writeBytes(payload);
        frames++;
        return this;
    }

    /** A frame that this version writes. */
    RawStream frame(Frame frame) {
        return frame(FrameType.of(frame).code(), StreamFormat.REQUIRED, payload(frame));
    }

    /** A frame that this version writes, with something behind its payload. */
    RawStream extended(Frame frame, int bytes) {
        byte[] payload = payload(frame);
        return frame(FrameType.of(frame).code(), StreamFormat.REQUIRED, Arrays.copyOf(payload, payload.length + bytes));
    }

    private byte[] payload(Frame frame) {
        byte[] fields = FrameCodec.payload(frame, frames, out.size());
        if (!(frame instanceof Frame.Data d)) {
            return fields;
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(fields);
        payload.writeBytes(Bytes.of(d.data()).toArray());
        return payload.toByteArray();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
