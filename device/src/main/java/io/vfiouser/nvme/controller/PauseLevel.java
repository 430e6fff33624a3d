package io.vfiouser.nvme.controller;

/** How still a poller stands, each level including the ones before it. */
public enum PauseLevel {
    /** It works. */
    RUN,
    /** Between two passes: no guest memory is touched by the poller; back ends may still work on what they were given. */
    HOLD,
    /** As well, no command is outstanding in a back end: nobody touches guest memory. */
    DRAIN
}
