package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;

/** A piece of the migration stream, between the bytes on the wire and those who make and take them. */
public sealed interface Frame {
    /**
     * The first frame.
     *
     * @param storage what becomes of the namespaces' content
     * @param software by what the source calls itself, for people
     */
    record Header(StorageMode storage, String software) implements Frame {}

    /**
     * A namespace whose content follows; before its blocks. All blocks are those of its logical format. What is not named afterwards reads
     * as zeroes.
     */
    record Namespace(int id, int blockBytes, long blockCount) implements Frame {}

    /**
     * Content of blocks.
     *
     * @param data whole blocks; valid until the next frame is asked for, or the call that hands it over returns
     */
    record Data(int namespaceId, long firstBlock, MemorySegment data) implements Frame {}

    /** Blocks that read as zeroes, or hold nothing any more. */
    record Zeroes(int namespaceId, long firstBlock, long blockCount) implements Frame {}

    /** All namespaces were gone through once more; what was written meanwhile follows. {@code number} counts from 1. */
    record PassEnd(int number) implements Frame {}

    /** The controller. */
    record Controller(ControllerState state) implements Frame {}

    /** The last frame: what came before is complete. */
    record End() implements Frame {}
}
