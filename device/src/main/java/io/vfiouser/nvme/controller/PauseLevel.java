package io.vfiouser.nvme.controller;

/**
 * How still a poller stands. In this order the later one prevails when several are wanted: who has stopped the device keeps it stopped
 * whatever else waits for the pollers.
 */
public enum PauseLevel {
    /** It works. */
    RUN,
    /** Between two passes: no guest memory is touched by the poller; back ends may still work on what they were given. */
    HOLD,
    /** Every command that was fetched has completed: nobody touches guest memory. */
    DRAIN,
    /**
     * Nobody touches guest memory: each command that was fetched has completed, or is <em>held</em>, which means that the back end has
     * taken no notice of it or has taken it back, so that it is executed again later; or it is <em>detached</em>: it goes on in the
     * back end without guest memory and completes after the pause.
     */
    QUIET,
    /** As {@link #QUIET}, but nothing goes on in a back end either: all have completed or are held. */
    STOP;

    /** Whether commands are taken back at this level instead of being waited for. */
    boolean takesBack() {
        return this == QUIET || this == STOP;
    }
}
