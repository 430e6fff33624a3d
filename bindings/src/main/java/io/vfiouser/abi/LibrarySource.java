package io.vfiouser.abi;

/** Where a library was named or found; the order of the constants is the order of the search. */
public enum LibrarySource {
    /** A path given to {@link VfioUserLibrary#load(java.nio.file.Path)}. */
    EXPLICIT("an explicit path"),

    /** {@code -Dvfiouser.library=FILE}. */
    SYSTEM_PROPERTY("the system property " + LibrarySearch.PROPERTY),

    /** {@code VFIO_USER_LIBRARY=FILE}. */
    ENVIRONMENT("the environment variable " + LibrarySearch.VARIABLE),

    /** The classifier jar. */
    BUNDLED("the library bundled in a jar"),

    /** A folder of the system's. */
    SYSTEM("the system's library folders");

    private final String description;

    LibrarySource(String description) {
        this.description = description;
    }

    /** In words, to follow "from". */
    public String description() {
        return description;
    }
}
