package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * The data structure of the Host Behavior Support feature, 512 bytes, as a view of memory that its caller owns. Base 2.1,
 * section 5.1.25.1.
 *
 * @param segment the structure; it starts at offset 0
 */
public record HostBehaviorSupport(MemorySegment segment) {
    public static final int LENGTH_BYTES = 512;
    /** Advanced Command Retry Enable, u8: 0 or 1. */
    public static final int ACRE = 0;
    /** Extended Telemetry Data Area 4 Supported, u8: 0 or 1. */
    public static final int ETDAS = 1;
    /** LBA Format Extension Enable, u8: 0 or 1. */
    public static final int LBAFEE = 2;
    /** Host Dispersed Namespace Support, u8: 0 or 1. */
    public static final int HDISNS = 3;
    /** Copy Descriptor Formats Enable, u16. */
    public static final int CDFE = 4;
    /** Value of the one-byte fields: enabled. */
    public static final int ENABLED = 1;

    public int u8(int offset) {
        return LittleEndian.u8(segment, offset);
    }

    public boolean advancedCommandRetry() {
        return u8(ACRE) == ENABLED;
    }

    public boolean lbaFormatExtension() {
        return u8(LBAFEE) == ENABLED;
    }

    public int copyDescriptorFormats() {
        return LittleEndian.u16(segment, CDFE);
    }
}
