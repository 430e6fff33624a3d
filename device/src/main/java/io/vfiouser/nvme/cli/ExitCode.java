package io.vfiouser.nvme.cli;

/** What the commands exit with; the same table is printed by every {@code --help}. */
final class ExitCode {

    /** Done, and what was checked held. */
    static final int OK = 0;

    /** It did not work: the cause and the remedy are on standard error. */
    static final int FAILURE = 1;

    /** The command line was not understood or contradicts itself; nothing was done. */
    static final int USAGE = 2;

    /** More was written than could be copied: nothing was moved. */
    static final int NOT_CONVERGED = 3;

    /** Data read back differ from what was written or flushed. */
    static final int DATA_MISMATCH = 4;

    private ExitCode() {}
}
