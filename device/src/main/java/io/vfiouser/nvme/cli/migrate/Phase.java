package io.vfiouser.nvme.cli.migrate;

/** Steps of a move that belong together. */
public enum Phase {
    PREPARING("preparing", true),
    PRE_COPY("pre-copy", true),
    STOPPING("stopping", false),
    LAST_ROUND("last round", false),
    STARTING("starting", false),
    CLEANING_UP("cleaning up", true),
    ROLLING_BACK("rolling back", false);

    private final String title;
    private final boolean works;

    Phase(String title, boolean works) {
        this.title = title;
        this.works = works;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** Whether the guest works. */
    public boolean works() {
        return works;
    }
}
