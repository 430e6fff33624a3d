package io.vfiouser.nvme.cli.identify;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A row of a table: where a field is and how it is shown.
 *
 * @param label its name for people
 * @param key its name for programs
 * @param offset where it begins in the structure
 * @param note what stands behind the value; may be empty
 * @param explanation lines below it, of its value; none or some
 * @param present whether a structure has it
 */
record Field<T>(
        String label,
        String key,
        int offset,
        Format<T> format,
        String note,
        Function<T, List<String>> explanation,
        Predicate<MemorySegment> present) {

    static <T> Field<T> of(String name, int offset, Format<T> format) {
        return new Field<>(name, name, offset, format, "", value -> List.of(), structure -> true);
    }

    /** The same with a name for programs that differs from that for people. */
    Field<T> key(String name) {
        return new Field<>(label, name, offset, format, note, explanation, present);
    }

    Field<T> note(String text) {
        return new Field<>(label, key, offset, format, text, explanation, present);
    }

    Field<T> explained(Function<? super T, List<String>> lines) {
        return new Field<>(label, key, offset, format, note, lines::apply, present);
    }

    /** The same, left out where the condition does not hold. */
    Field<T> when(Predicate<MemorySegment> condition) {
        return new Field<>(label, key, offset, format, note, explanation, condition);
    }

    /** An empty line ends an explanation. */
    Entry entry(MemorySegment structure, int labelWidth) {
        T value = format.read(structure, offset);
        List<String> lines = new ArrayList<>();
        lines.add(label + " ".repeat(Math.max(0, labelWidth - label.length())) + ": "
                + format.shown().apply(value) + (note.isEmpty() ? "" : "\t" + note));
        List<String> explained = explanation.apply(value);
        if (!explained.isEmpty()) {
            lines.addAll(explained);
            lines.add("");
        }
        return new Entry(key, value, lines);
    }
}
