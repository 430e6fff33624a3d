package io.vfiouser.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.List;

/** A table with a title, for a terminal or as Markdown. The first column is flush left, the others too: they hold ranges. */
final class Table {

    private final String title;
    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String title, List<String> head) {
        this.title = title;
        this.head = List.copyOf(head);
    }

    void row(String... cells) {
        row(List.of(cells));
    }

    void row(List<String> cells) {
        if (cells.size() != head.size()) {
            throw new IllegalArgumentException("a row of " + cells.size() + " in a table of " + head.size());
        }
        rows.add(List.copyOf(cells));
    }

    void text(StringBuilder out) {
        int[] widths = new int[head.size()];
        widen(widths, head);
        rows.forEach(row -> widen(widths, row));
        out.append(title).append('\n');
        if (head.stream().anyMatch(h -> !h.isEmpty())) {
            line(out, widths, head);
        }
        rows.forEach(row -> line(out, widths, row));
        out.append('\n');
    }

    private static void widen(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static void line(StringBuilder out, int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append("  ")
                    .append(cells.get(i))
                    .repeat(" ", widths[i] - cells.get(i).length());
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    void markdown(StringBuilder out) {
        out.append("### ").append(title).append("\n\n");
        markdownLine(out, head);
        out.append('|').repeat("---|", head.size()).append('\n');
        rows.forEach(row -> markdownLine(out, row));
        out.append('\n');
    }

    private static void markdownLine(StringBuilder out, List<String> cells) {
        out.append('|');
        cells.forEach(cell -> out.append(' ').append(cell.replace("|", "\\|")).append(" |"));
        out.append('\n');
    }
}
