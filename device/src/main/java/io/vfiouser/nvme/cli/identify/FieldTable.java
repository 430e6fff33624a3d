package io.vfiouser.nvme.cli.identify;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one structure.
 *
 * @param labelWidth columns for the names
 * @param fields in the order in which they are shown
 */
record FieldTable(int labelWidth, List<Field<?>> fields) {

    FieldTable {
        fields = List.copyOf(fields);
    }

    static FieldTable of(int labelWidth, Field<?>... fields) {
        return new FieldTable(labelWidth, List.of(fields));
    }

    /** Entries in a list that the caller may add to. */
    List<Entry> read(MemorySegment structure) {
        List<Entry> entries = new ArrayList<>();
        for (Field<?> field : fields) {
            if (field.present().test(structure)) {
                entries.add(field.entry(structure, labelWidth));
            }
        }
        return entries;
    }
}
