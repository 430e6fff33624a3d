package io.vfiouser.abi;

import java.util.Map;

/**
 * What is known of a loaded library, for people and for reports.
 *
 * @param location the file, or the resource of the jar it was taken from
 * @param source which step of the search named it
 * @param level the ABI level it is called at
 * @param levelSource how the level was determined
 * @param recorded what the properties file beside the library says of it (header version, compiler, ...), sorted; empty
 *     without one. It is never relied on.
 */
public record LibraryInfo(
        String location, LibrarySource source, AbiLevel level, LevelSource levelSource, Map<String, String> recorded) {

    /** Two sentences: {@code FILE, from ...} and {@code ABI level ..., because ...}. */
    public String describe() {
        return location + ", from " + source.description() + ". ABI level " + level.label() + ", because "
                + levelSource.sentence() + ".";
    }
}
