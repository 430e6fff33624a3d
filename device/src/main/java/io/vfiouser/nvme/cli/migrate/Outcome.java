package io.vfiouser.nvme.cli.migrate;

import java.util.Locale;

/** How a run or a move ended. */
public enum Outcome {
    /** Moved; what was verified held. */
    MOVED,
    /** It could not be moved, and goes on where it was. */
    ROLLED_BACK,
    /** More was written than could be copied; it goes on where it was. */
    WOULD_NOT_CONVERGE,
    /** Neither side has it any more: a process that owned it is gone. */
    LOST,
    /** Data differ, or both sides had it. */
    VIOLATED;

    /** In words: {@code rolled back}. */
    public String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
