package io.vfiouser.nvme.memory;

/** Which way data goes, seen from the device. */
public enum Direction {
    /** The device reads guest memory: a Write command's data, PRP lists, submission queues. */
    FROM_GUEST,
    /** The device writes guest memory: a Read command's data, completions, log pages. */
    TO_GUEST
}
