package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.migration.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Maps, lists and values as indented lines for people; what {@link Json} is for programs. */
final class TreeText {
    private static final int NAME_COLUMNS = 28;
    private static final int LINE_BYTES = 32;
    private static final int SHORT_BYTES = 64;

    private final List<String> lines = new ArrayList<>();

    private TreeText() {}

    /** The lines of a tree. */
    static List<String> lines(Map<?, ?> tree) {
        TreeText text = new TreeText();
        text.members(tree, "");
        return text.lines;
    }

    private void members(Map<?, ?> members, String indent) {
        members.forEach((key, value) -> member(key.toString().replace('_', ' '), value, indent));
    }

    private void member(String name, Object value, String indent) {
        String deeper = indent + "  ";
        switch (value) {
            case Map<?, ?> map -> {
                lines.add(indent + name);
                members(map, deeper);
            }
            case List<?> list
            when list.stream().anyMatch(Map.class::isInstance) -> {
                lines.add("%s%s (%d)".formatted(indent, name, list.size()));
                list.forEach(entry -> lines.add(deeper + inline(entry)));
            }
            case Bytes bytes
            when bytes.length() > SHORT_BYTES -> {
                lines.add("%s%s (%d bytes, lines of zeroes left out)".formatted(indent, name, bytes.length()));
                dump(bytes, deeper);
            }
            default -> lines.add(("%-" + NAME_COLUMNS + "s %s").formatted(indent + name, inline(value)));
        }
    }

    private static String inline(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> e.getKey().toString().replace('_', ' ') + " " + inline(e.getValue()))
                        .collect(Collectors.joining(", "));
            case Collection<?> list when list.isEmpty() -> "none";
            case Collection<?> list -> list.stream().map(TreeText::inline).collect(Collectors.joining(", "));
            case Bytes bytes when bytes.length() == 0 -> "none";
            case Boolean flag -> flag ? "yes" : "no";
            default -> printable(value.toString());
        };
    }

    private void dump(Bytes bytes, String indent) {
        String all = bytes.toString();
        String zeroes = String.join("", Collections.nCopies(LINE_BYTES, "00"));
        for (int at = 0; at < bytes.length(); at += LINE_BYTES) {
            String line = all.substring(at * 2, Math.min(all.length(), (at + LINE_BYTES) * 2));
            if (!zeroes.startsWith(line)) {
                lines.add("%s%04x: %s".formatted(indent, at, line));
            }
        }
    }

    /** A stream may hold any text, and a terminal obeys some. */
    private static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
