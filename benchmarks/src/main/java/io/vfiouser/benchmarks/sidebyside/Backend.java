package io.vfiouser.benchmarks.sidebyside;

import java.util.Locale;

/** What is behind a controller while it is measured. */
enum Backend {
    /** Memory: every command moves its data. */
    RAM,
    /** Nothing: commands complete, no data move. Shows what the path costs, and how fast the client could go. */
    NULL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
