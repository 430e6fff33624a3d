package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;

/** The payloads of frames. Of a {@link Frame.Data} only the fields in front of the blocks; those are not copied here. */
final class FrameCodec {
    static final int DATA_FIELDS_BYTES = 16;
    static final int LONGEST_SOFTWARE_BYTES = 255;

    private static final int COPY = 0;
    private static final int SHARED = 1;
    private static final int SMALLEST_BLOCK_BYTES = 512;
    private static final int LARGEST_BLOCK_BYTES = 1 << 16;

    private FrameCodec() {}

    static byte[] payload(Frame frame, long framesBefore, long bytesBefore) {
        FieldWriter out = new FieldWriter("a " + FrameType.of(frame).title() + " frame");
        switch (frame) {
            case Frame.Header h -> {
                out.u8(h.storage() == StorageMode.COPY ? COPY : SHARED);
                out.text(h.software(), LONGEST_SOFTWARE_BYTES);
            }
            case Frame.Namespace n -> {
                out.u32(n.id());
                out.u32(n.blockBytes());
                out.u64(n.blockCount());
            }
            case Frame.Data d -> {
                out.u32(d.namespaceId());
                out.u32(0);
                out.u64(d.firstBlock());
            }
            case Frame.Zeroes z -> {
                out.u32(z.namespaceId());
                out.u32(0);
                out.u64(z.firstBlock());
                out.u64(z.blockCount());
            }
            case Frame.PassEnd p -> out.u32(p.number());
            case Frame.Controller c -> {
                return StateCodec.encode(c.state());
            }
            case Frame.End e -> {
                out.u64(framesBefore);
                out.u64(bytesBefore);
            }
        }
        return out.toArray();
    }

    /**
     * Reads a payload.
     *
     * @param data the blocks of a {@link Frame.Data} are a slice of it
     * @param newer whether fields that this version does not know may follow
     */
    static Frame read(FrameType type, MemorySegment data, boolean newer, long framesBefore, long bytesBefore) {
        FieldReader in = new FieldReader("the " + type.title() + " frame", data, newer);
        Frame frame = switch (type) {
            case HEADER -> new Frame.Header(storage(in), in.text(LONGEST_SOFTWARE_BYTES));
            case NAMESPACE -> namespace(in);
            case DATA -> data(in);
            case ZEROES -> zeroes(in);
            case PASS_END -> new Frame.PassEnd(passNumber(in));
            case CONTROLLER -> new Frame.Controller(StateCodec.decode(in.rest()));
            case END -> end(in, framesBefore, bytesBefore);
        };
        in.end();
        return frame;
    }

    private static StorageMode storage(FieldReader in) {
        int mode = in.u8();
        in.require(mode == COPY || mode == SHARED, "storage mode %d is unknown", mode);
        return mode == COPY ? StorageMode.COPY : StorageMode.SHARED;
    }

    private static Frame.Namespace namespace(FieldReader in) {
        int id = in.u32();
        int blockBytes = in.u32();
        long blockCount = in.u64();
        requireNamespace(in, id);
        in.require(
                blocksPossible(blockBytes, blockCount),
                "%d blocks of %d bytes are not possible",
                blockCount,
                blockBytes);
        return new Frame.Namespace(id, blockBytes, blockCount);
    }

    private static Frame.Data data(FieldReader in) {
        int id = in.u32();
        int reserved = in.u32();
        long firstBlock = in.u64();
        requireNamespace(in, id);
        in.require(reserved == 0, "reserved bits are set");
        in.require(firstBlock >= 0, "the first block is negative");
        return new Frame.Data(id, firstBlock, in.rest());
    }

    private static Frame.Zeroes zeroes(FieldReader in) {
        int id = in.u32();
        int reserved = in.u32();
        long firstBlock = in.u64();
        long blockCount = in.u64();
        requireNamespace(in, id);
        in.require(reserved == 0, "reserved bits are set");
        in.require(firstBlock >= 0, "the first block is negative");
        in.require(
                blockCount > 0 && blockCount <= Long.MAX_VALUE - firstBlock,
                "%d blocks from block %d on are not possible",
                blockCount,
                firstBlock);
        return new Frame.Zeroes(id, firstBlock, blockCount);
    }

    private static int passNumber(FieldReader in) {
        int number = in.u32();
        in.require(number > 0, "passes count from 1, and this is %d", number);
        return number;
    }

    private static Frame.End end(FieldReader in, long framesBefore, long bytesBefore) {
        long frames = in.u64();
        long bytes = in.u64();
        in.require(
                frames == framesBefore && bytes == bytesBefore,
                "it says that %d frames in %d bytes come before it, and %d in %d have come: some were lost",
                frames,
                bytes,
                framesBefore,
                bytesBefore);
        return new Frame.End();
    }

    private static void requireNamespace(FieldReader in, int id) {
        in.require(id != 0 && id != -1, "%s is no identifier of one namespace", Integer.toUnsignedString(id));
    }

    /** Whether there can be a namespace like this. */
    static boolean blocksPossible(int blockBytes, long blockCount) {
        return Integer.bitCount(blockBytes) == 1
                && blockBytes >= SMALLEST_BLOCK_BYTES
                && blockBytes <= LARGEST_BLOCK_BYTES
                && blockCount > 0
                && blockCount <= Long.MAX_VALUE / blockBytes;
    }
}
