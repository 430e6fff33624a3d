package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A namespace list: 1024 NSIDs in rising order, the unused ones 0. Base 2.1, section 4.6.2. */
public final class NamespaceList {
    public static final int LENGTH_BYTES = 4096;
    public static final int MAXIMUM_ENTRIES = 1024;
    private static final int ENTRY_BYTES = 4;

    private NamespaceList() {}

    public static void put(MemorySegment list, int index, int namespaceId) {
        LittleEndian.putU32(list, (long) index * ENTRY_BYTES, namespaceId);
    }

    public static List<Integer> read(MemorySegment list) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < MAXIMUM_ENTRIES; i++) {
            int id = LittleEndian.i32(list, (long) i * ENTRY_BYTES);
            if (id == 0) {
                break;
            }
            ids.add(id);
        }
        return List.copyOf(ids);
    }
}
