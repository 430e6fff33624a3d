package io.vfiouser.nvme.cli.identify;

import java.util.List;

/**
 * One value of a listing.
 *
 * @param key its name for programs
 * @param value for programs: number, text, or list of maps
 * @param lines for people; none where the value is for programs only
 */
record Entry(String key, Object value, List<String> lines) {

    Entry {
        lines = List.copyOf(lines);
    }

    /** A value that one line says. */
    static Entry line(String key, Object value, String line) {
        return new Entry(key, value, List.of(line));
    }

    /** A value for programs only. */
    static Entry hidden(String key, Object value) {
        return new Entry(key, value, List.of());
    }
}
