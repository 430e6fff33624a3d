package io.vfiouser.nvme.cli.identify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that is shown of one structure.
 *
 * @param heading the line above it
 * @param entries in the order in which they are shown
 */
record Listing(String heading, List<Entry> entries) {

    Listing {
        entries = List.copyOf(entries);
    }

    /** For people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(heading);
        entries.forEach(entry -> lines.addAll(entry.lines()));
        return lines;
    }

    /** For programs. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        entries.forEach(entry -> map.put(entry.key(), entry.value()));
        return map;
    }
}
