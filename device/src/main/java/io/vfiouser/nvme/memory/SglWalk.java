package io.vfiouser.nvme.memory;

import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Turns the SGL of a command into pieces of guest memory. Base 2.1, section 4.3.2. Data Block, Bit Bucket, Segment and Last Segment
 * descriptors with addresses; data blocks have any address and length, 0 among them.
 *
 * <p>The descriptors are taken in their order until the command's data is described; what follows is not looked at, so an SGL may be
 * longer than the data (SGLS bit 18). The rules for those that are:
 *
 * <ul>
 *   <li>another type or sub type: SGL Descriptor Type Invalid;
 *   <li>a Segment or Last Segment descriptor that is not the last of its segment: Invalid Number of SGL Descriptors;
 *   <li>one within a last segment; one whose length is 0 or not a multiple of 16, or whose address is not that of a qword: Invalid SGL
 *       Segment Descriptor;
 *   <li>an address and a length that reach beyond the address space; an SGL that ends before the data does: Data SGL Length Invalid;
 *   <li>memory that is not mapped, or not in this direction: Data Transfer Error;
 *   <li>more descriptors than {@link #MAXIMUM_DESCRIPTORS}, which chains that lead back to themselves reach as well: Invalid Number of SGL
 *       Descriptors. The specification leaves the number to the controller.
 * </ul>
 *
 * <p>Lenient where the specification does not ask for more: a segment that a Segment descriptor names may end the SGL as a last segment
 * does, and the descriptor in the command may be a Bit Bucket. Bit buckets discard data to the guest and count for nothing in the other
 * direction. Each descriptor is read once, so a guest that changes a list meanwhile confuses only itself.
 *
 * <p>Allocates nothing; used by one thread at a time.
 */
public final class SglWalk {
    /**
     * Descriptors of one command that are looked at. Several times what drivers use; it bounds how long a guest holds the thread, and the
     * memory that each command in flight takes here.
     */
    public static final int MAXIMUM_DESCRIPTORS = 1024;

    private static final int QWORD_BYTES = 8;
    private static final int SEGMENT_ADDRESS_MASK = SglDescriptor.SEGMENT_ALIGNMENT - 1;
    private static final int SEGMENT_LENGTH_MASK = SglDescriptor.LENGTH_BYTES - 1;
    private static final int DISCARD_BYTES = 1 << 16;
    private static final int DISCARD_ALIGNMENT = 4096;

    /** Where data for bit buckets goes; nobody reads it. */
    private final MemorySegment discarded = Arena.ofAuto().allocate(DISCARD_BYTES, DISCARD_ALIGNMENT);

    private int listHint;

    /** The descriptor at hand, first half. */
    private long address;
    /** The descriptor at hand, second half. */
    private long lengthAndType;

    /**
     * Fills {@code buffer}, which it clears first, with the memory of one command.
     *
     * @param firstHalf first half of the descriptor in the command, PRP1's place
     * @param secondHalf second half of the descriptor in the command, PRP2's place
     * @param lengthBytes how many bytes the command transfers, at least 1
     * @return {@link StatusCode#SUCCESS}, or what the command fails with; the buffer's content is then undefined
     */
    public StatusCode resolve(
            RegionTable table,
            long firstHalf,
            long secondHalf,
            long lengthBytes,
            Direction direction,
            GuestBuffer buffer) {
        buffer.clear();
        address = firstHalf;
        lengthAndType = secondHalf;
        long left = lengthBytes;
        long next = 0;
        long following = 0;
        boolean lastSegment = false;
        for (int walked = 1; ; walked++) {
            int identifier = SglDescriptor.identifier(lengthAndType);
            long length = SglDescriptor.lengthBytes(lengthAndType);
            switch (identifier) {
                case SglDescriptor.DATA_BLOCK -> {
                    if (wraps(length)) {
                        return StatusCode.DATA_SGL_LENGTH_INVALID;
                    }
                    long used = Math.min(left, length);
                    if (used > 0 && !buffer.append(table, address, used, direction)) {
                        return StatusCode.DATA_TRANSFER_ERROR;
                    }
                    left -= used;
                }
                case SglDescriptor.BIT_BUCKET -> {
                    if (direction == Direction.TO_GUEST) {
                        long used = Math.min(left, length);
                        buffer.appendDiscarded(discarded, used);
                        left -= used;
                    }
                }
                case SglDescriptor.SEGMENT, SglDescriptor.LAST_SEGMENT -> {
                    StatusCode status = checkSegment(length, lastSegment, following);
                    if (!status.isSuccess()) {
                        return status;
                    }
                    lastSegment = identifier == SglDescriptor.LAST_SEGMENT;
                    next = address;
                    following = length / SglDescriptor.LENGTH_BYTES;
                }
                default -> {
                    return StatusCode.SGL_DESCRIPTOR_TYPE_INVALID;
                }
            }
            if (left == 0) {
                return StatusCode.SUCCESS;
            }
            if (following == 0) {
                return StatusCode.DATA_SGL_LENGTH_INVALID;
            }
            if (walked == MAXIMUM_DESCRIPTORS) {
                return StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS;
            }
            if (!read(table, next)) {
                return StatusCode.DATA_TRANSFER_ERROR;
            }
            next += SglDescriptor.LENGTH_BYTES;
            following--;
        }
    }

    private StatusCode checkSegment(long length, boolean inLastSegment, long following) {
        if (inLastSegment) {
            return StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR;
        }
        if (following > 0) {
            return StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS;
        }
        if (length == 0 || (length & SEGMENT_LENGTH_MASK) != 0 || (address & SEGMENT_ADDRESS_MASK) != 0) {
            return StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR;
        }
        return wraps(length) ? StatusCode.DATA_SGL_LENGTH_INVALID : StatusCode.SUCCESS;
    }

    /** Whether the descriptor's last byte lies beyond the end of the address space. */
    private boolean wraps(long length) {
        return length > 0 && Long.compareUnsigned(address + (length - 1), address) < 0;
    }

    /** Makes the descriptor at {@code iova} the one at hand; false if it is not mapped. */
    private boolean read(RegionTable table, long iova) {
        int index = table.find(iova, SglDescriptor.LENGTH_BYTES, Direction.FROM_GUEST, listHint);
        if (index < 0) {
            return readAcross(table, iova);
        }
        listHint = index;
        MemorySegment segment = table.segment(index);
        long offset = iova - table.start(index);
        address = SglDescriptor.address(segment, offset);
        lengthAndType = SglDescriptor.lengthAndType(segment, offset);
        return true;
    }

    /** Segments start at qwords, so that a descriptor may cross from one region into the next. */
    private boolean readAcross(RegionTable table, long iova) {
        int low = table.find(iova, QWORD_BYTES, Direction.FROM_GUEST, listHint);
        int high = table.find(iova + QWORD_BYTES, QWORD_BYTES, Direction.FROM_GUEST, listHint);
        if (low < 0 || high < 0) {
            return false;
        }
        address = NativeMemory.i64(table.segment(low), iova - table.start(low));
        lengthAndType = NativeMemory.i64(table.segment(high), iova + QWORD_BYTES - table.start(high));
        return true;
    }
}
