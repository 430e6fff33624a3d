package io.vfiouser.nvme.cli.migrate;

/** What goes on in a part of a move. The guest works during {@link #PRE_COPY} only. */
public enum Phase {
    PRE_COPY("pre-copy", "the device works, and what it has is copied"),
    STOPPING("stopping", "the source finishes what it has begun"),
    LAST_ROUND("last round", "what was written last, and the device's state"),
    STARTING("starting", "the destination takes over"),
    ROLLING_BACK("rolling back", "the source goes on");

    private final String title;
    private final String meaning;

    Phase(String title, String meaning) {
        this.title = title;
        this.meaning = meaning;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** What happens then. */
    public String meaning() {
        return meaning;
    }
}
