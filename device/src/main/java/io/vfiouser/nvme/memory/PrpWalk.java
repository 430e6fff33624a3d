package io.vfiouser.nvme.memory;

import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.StatusCode;

/**
 * Turns the PRP entries of a command into pieces of guest memory. Base 2.1, section 4.3.1.
 *
 * <p>The rules that are enforced: PRP1 has an offset of whole dwords; every other data pointer starts a page; the list that the
 * command names starts at a qword and may do so anywhere in a page; the last qword of a list's page is the pointer to the next list
 * if more entries are needed than fit, and that next list starts a page: of all list pointers the specification gives only the
 * command's own an offset, and an offset in a list is where a controller should report PRP Offset Invalid. Anything else is PRP Offset
 * Invalid. Memory that is not mapped, or not in this direction, is a Data Transfer Error. Each entry is read once, so a guest that
 * changes a list meanwhile confuses only itself.
 *
 * <p>Allocates nothing; used by one thread at a time.
 */
public final class PrpWalk {
    private static final int ENTRY_BYTES = 8;
    private static final int DWORD_MASK = 0x3;
    private static final int QWORD_MASK = 0x7;

    private int listHint;

    /**
     * Fills {@code buffer}, which it clears first, with the memory of one command.
     *
     * @param lengthBytes how many bytes the command transfers, at least 1
     * @param pageShift binary logarithm of the memory page (CC.MPS)
     * @return {@link StatusCode#SUCCESS}, or what the command fails with; the buffer's content is then undefined
     */
    public StatusCode resolve(
            RegionTable table,
            long prp1,
            long prp2,
            long lengthBytes,
            int pageShift,
            Direction direction,
            GuestBuffer buffer) {
        buffer.clear();
        if ((prp1 & DWORD_MASK) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        long pageBytes = 1L << pageShift;
        long pageMask = pageBytes - 1;
        long first = Math.min(lengthBytes, pageBytes - (prp1 & pageMask));
        long left = lengthBytes - first;
        if (left == 0) {
            return append(table, prp1, first, direction, buffer);
        }
        if (left <= pageBytes) {
            return second(table, prp1, first, prp2, left, pageMask, direction, buffer);
        }
        return list(table, prp1, first, prp2, left, pageShift, direction, buffer);
    }

    /**
     * After {@link #resolve} has failed: whether that is for PRP1, not for PRP2 or the list it points to.
     *
     * @param buffer any; its content is lost
     */
    public static boolean isForFirst(
            RegionTable table, long prp1, long lengthBytes, int pageShift, Direction direction, GuestBuffer buffer) {
        long pageBytes = 1L << pageShift;
        long first = Math.min(lengthBytes, pageBytes - (prp1 & (pageBytes - 1)));
        buffer.clear();
        return (prp1 & DWORD_MASK) != 0 || !buffer.append(table, prp1, first, direction);
    }

    private static StatusCode second(
            RegionTable table,
            long prp1,
            long first,
            long prp2,
            long left,
            long pageMask,
            Direction direction,
            GuestBuffer buffer) {
        if ((prp2 & pageMask) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        if (prp2 == prp1 + first) {
            return append(table, prp1, first + left, direction, buffer);
        }
        StatusCode status = append(table, prp1, first, direction, buffer);
        return status.isSuccess() ? append(table, prp2, left, direction, buffer) : status;
    }

    private StatusCode list(
            RegionTable table,
            long prp1,
            long first,
            long list,
            long lengthBytes,
            int pageShift,
            Direction direction,
            GuestBuffer buffer) {
        if ((list & QWORD_MASK) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        long pageBytes = 1L << pageShift;
        long pageMask = pageBytes - 1;
        long runStart = prp1;
        long runBytes = first;
        long left = lengthBytes;
        long at = list;
        while (left > 0) {
            boolean lastOfPage = (at & pageMask) == pageBytes - ENTRY_BYTES;
            int index = table.find(at, ENTRY_BYTES, Direction.FROM_GUEST, listHint);
            if (index < 0) {
                return StatusCode.DATA_TRANSFER_ERROR;
            }
            listHint = index;
            long entry = NativeMemory.i64(table.segment(index), at - table.start(index));
            if ((entry & pageMask) != 0) {
                return StatusCode.PRP_OFFSET_INVALID;
            }
            if (lastOfPage && left > pageBytes) {
                at = entry;
                continue;
            }
            if (entry != runStart + runBytes) {
                StatusCode status = append(table, runStart, runBytes, direction, buffer);
                if (!status.isSuccess()) {
                    return status;
                }
                runStart = entry;
                runBytes = 0;
            }
            long length = Math.min(left, pageBytes);
            runBytes += length;
            left -= length;
            at += ENTRY_BYTES;
        }
        return append(table, runStart, runBytes, direction, buffer);
    }

    private static StatusCode append(
            RegionTable table, long iova, long lengthBytes, Direction direction, GuestBuffer buffer) {
        return buffer.append(table, iova, lengthBytes, direction) ? StatusCode.SUCCESS : StatusCode.DATA_TRANSFER_ERROR;
    }
}
