package io.vfiouser.nvme.cli.migrate;

/**
 * One copy: of everything at first, then of what changed meanwhile.
 *
 * @param what what was copied
 * @param live whether the guest worked
 * @param startNanos since the run began
 * @param endNanos since the run began
 * @param bytes copied
 */
public record Round(What what, boolean live, long startNanos, long endNanos, long bytes) {
    /** What is copied. */
    public enum What {
        /** The guest's memory, from the source's to the destination's. */
        MEMORY("memory"),
        /** The device's stream: content of namespaces where that moves, and the state. */
        DEVICE("device");

        private final String title;

        What(String title) {
            this.title = title;
        }

        /** Its name for people. */
        public String title() {
            return title;
        }
    }

    /** How long it took. */
    public long nanos() {
        return endNanos - startNanos;
    }
}
