package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.util.List;

/**
 * Data pointers that a transfer of {@link #TRANSFER_BYTES} may not have. Base 2.1, section 4.3.1.
 *
 * @param name what is wrong
 * @param location byte of the submission entry that holds the pointer, or the pointer to the list, that is wrong
 */
record BadPrps(String name, long prp1, long prp2, StatusCode status, int location) {
    /** Four pages. */
    static final int TRANSFER_BYTES = 16 << 10;

    private static final int PAGE = ForeignMemory.PAGE_BYTES;
    private static final long LIST = ForeignMemory.UNMAPPED + (8L << 30);
    private static final long NOTHING = ForeignMemory.UNMAPPED + (9L << 30);
    private static final long FORBIDDEN = ForeignMemory.UNMAPPED + (10L << 30);

    /** All kinds; {@code forbidden} is what the controller may do with memory that this transfer must not use. */
    static List<BadPrps> all(Conformance c, Protection forbidden) {
        long data = c.buffer().iova();
        long wrongWay = c.map(FORBIDDEN, 1, forbidden).iova();
        ForeignMemory lists = c.map(LIST, 8, Protection.READ_WRITE);
        // the pages of the data, in a list each, one of which is not as it should be
        list(lists, 0, data + PAGE, data + 2 * PAGE, data + 3 * PAGE);
        list(lists, 1, data + PAGE, data + 2 * PAGE + 8, data + 3 * PAGE);
        list(lists, 2, data + PAGE, NOTHING, data + 3 * PAGE);
        list(lists, 3, data + PAGE, data + 2 * PAGE, NOTHING);
        list(lists, 4, data + PAGE, wrongWay, data + 3 * PAGE);
        list(lists, 5, 0, data + 2 * PAGE, data + 3 * PAGE);
        return List.of(
                at1("PRP1 is not dword aligned", data + 1, lists.page(0), StatusCode.PRP_OFFSET_INVALID),
                at1("PRP1 is not dword aligned", data + 2, lists.page(0), StatusCode.PRP_OFFSET_INVALID),
                at1("PRP1 is not dword aligned", data + 4095, lists.page(0), StatusCode.PRP_OFFSET_INVALID),
                at1("PRP1 is not mapped", NOTHING, lists.page(0), StatusCode.DATA_TRANSFER_ERROR),
                at1("PRP1 may not be accessed", wrongWay, lists.page(0), StatusCode.DATA_TRANSFER_ERROR),
                at1("PRP1 ends the address space", -PAGE, lists.page(0), StatusCode.DATA_TRANSFER_ERROR),
                at2("the list is not qword aligned", data, lists.page(0) + 4, StatusCode.PRP_OFFSET_INVALID),
                at2("the list is not qword aligned", data, lists.page(0) + 1, StatusCode.PRP_OFFSET_INVALID),
                at2("the list is not mapped", data, NOTHING, StatusCode.DATA_TRANSFER_ERROR),
                at2("there is no list", data, 0, StatusCode.DATA_TRANSFER_ERROR),
                at2("an entry has an offset", data, lists.page(1), StatusCode.PRP_OFFSET_INVALID),
                at2("an entry is not mapped", data, lists.page(2), StatusCode.DATA_TRANSFER_ERROR),
                at2("the last entry is not mapped", data, lists.page(3), StatusCode.DATA_TRANSFER_ERROR),
                at2("an entry may not be accessed", data, lists.page(4), StatusCode.DATA_TRANSFER_ERROR),
                at2("an entry is zero", data, lists.page(5), StatusCode.DATA_TRANSFER_ERROR));
    }

    private static void list(ForeignMemory lists, int page, long... entries) {
        for (int i = 0; i < entries.length; i++) {
            lists.put((long) page * PAGE + i * 8L, entries[i]);
        }
    }

    private static BadPrps at1(String name, long prp1, long prp2, StatusCode status) {
        return new BadPrps(name, prp1, prp2, status, SubmissionEntry.PRP1);
    }

    private static BadPrps at2(String name, long prp1, long prp2, StatusCode status) {
        return new BadPrps(name, prp1, prp2, status, SubmissionEntry.PRP2);
    }
}
