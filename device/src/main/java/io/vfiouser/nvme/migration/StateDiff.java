package io.vfiouser.nvme.migration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names the differences of two states, one a line: where, what the first has, what the second has. */
public final class StateDiff {
    /** What tells the entries of a list apart; entries of other lists have nothing but their place. */
    private static final Map<String, List<String>> KEYS = Map.of(
            "submission_queues", List.of("id"),
            "completion_queues", List.of("id"),
            "namespaces", List.of("id"),
            "doorbells", List.of("index"),
            "features", List.of("feature", "part", "namespace_id", "saved"),
            "masked", List.of("type"));

    private static final String NOTHING = "nothing";

    private final List<String> lines = new ArrayList<>();

    private StateDiff() {}

    /** The differences, for people; empty if the states are equal. */
    public static List<String> between(ControllerState first, ControllerState second) {
        StateDiff diff = new StateDiff();
        diff.compare("", "", StateTree.of(first), StateTree.of(second));
        return List.copyOf(diff.lines);
    }

    private void compare(String path, String name, @Nullable Object first, @Nullable Object second) {
        if (Objects.equals(first, second)) {
            return;
        }
        if (first instanceof Map<?, ?> a && second instanceof Map<?, ?> b) {
            compareMaps(path, ", ", a, b);
        } else if (first instanceof List<?> a && second instanceof List<?> b) {
            compareMaps(path, " ", keyed(name, a), keyed(name, b));
        } else if (first instanceof Bytes a && second instanceof Bytes b && a.length() == b.length()) {
            lines.add("%s: %s".formatted(path, bytes(a.toArray(), b.toArray())));
        } else {
            lines.add("%s: %s | %s".formatted(path, text(first), text(second)));
        }
    }

    private void compareMaps(String path, String separator, Map<?, ?> first, Map<?, ?> second) {
        Set<Object> keys = new LinkedHashSet<>(first.keySet());
        keys.addAll(second.keySet());
        for (Object key : keys) {
            String name = key.toString();
            String step = name.replace('_', ' ');
            compare(path.isEmpty() ? step : path + separator + step, name, first.get(key), second.get(key));
        }
    }

    private static Map<String, Object> keyed(String name, List<?> list) {
        List<String> keys = KEYS.getOrDefault(name, List.of());
        Map<String, Object> entries = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            entries.put(
                    list.get(i) instanceof Map<?, ?> m && !keys.isEmpty() ? key(keys, m) : "#" + (i + 1), list.get(i));
        }
        return entries;
    }

    private static String key(List<String> keys, Map<?, ?> entry) {
        return keys.size() == 1
                ? String.valueOf(entry.get(keys.getFirst()))
                : keys.stream().map(key -> key + " " + entry.get(key)).collect(Collectors.joining(" "));
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> NOTHING;
            case List<?> list when list.isEmpty() -> NOTHING;
            case List<?> list -> list.stream().map(StateDiff::text).collect(Collectors.joining("; ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> e.getKey().toString().replace('_', ' ') + " " + text(e.getValue()))
                        .collect(Collectors.joining(", "));
            case Bytes bytes when bytes.length() > CommandCodec.ENTRY_BYTES -> bytes.length() + " bytes";
            default -> value.toString();
        };
    }

    private static String bytes(byte[] first, byte[] second) {
        int different = 0;
        int at = -1;
        for (int i = first.length - 1; i >= 0; i--) {
            if (first[i] != second[i]) {
                different++;
                at = i;
            }
        }
        return "%d of %d bytes, first byte %Xh: %02x | %02x"
                .formatted(different, first.length, at, first[at], second[at]);
    }
}
