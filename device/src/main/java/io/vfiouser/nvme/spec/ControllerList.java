package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A controller list: the number of identifiers (u16), then up to 2047 controller identifiers (u16) in rising order. Base 2.1,
 * section 4.6.1.
 */
public final class ControllerList {
    public static final int LENGTH_BYTES = 4096;
    public static final int MAXIMUM_ENTRIES = 2047;

    private static final int ENTRY_BYTES = 2;

    private ControllerList() {}

    /** The number of identifiers as it is written there: not checked against {@link #MAXIMUM_ENTRIES}. */
    public static int count(MemorySegment list) {
        return LittleEndian.u16(list, 0);
    }

    /** The identifier at a position from 0 on. */
    public static int get(MemorySegment list, int index) {
        return LittleEndian.u16(list, (index + 1L) * ENTRY_BYTES);
    }

    /** Appends an identifier to a list that is not full. */
    public static void add(MemorySegment list, int controllerId) {
        int count = count(list);
        LittleEndian.putU16(list, (count + 1L) * ENTRY_BYTES, controllerId);
        LittleEndian.putU16(list, 0, count + 1);
    }

    /** Writes a list and zeroes the rest of its 4096 bytes. */
    public static void write(MemorySegment list, List<Integer> controllerIds) {
        list.asSlice(0, LENGTH_BYTES).fill((byte) 0);
        for (int id : controllerIds) {
            add(list, id);
        }
    }

    /** All identifiers; those beyond the end of the list are left out. */
    public static List<Integer> read(MemorySegment list) {
        int count = Math.min(count(list), MAXIMUM_ENTRIES);
        List<Integer> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(get(list, i));
        }
        return List.copyOf(ids);
    }
}
