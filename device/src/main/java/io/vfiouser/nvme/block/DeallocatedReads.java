package io.vfiouser.nvme.block;

/** What deallocated blocks read as until they are written again. */
public enum DeallocatedReads {
    /** Always zeroes. */
    ZEROES,
    /** Zeroes or what they held before, the same at each read: the back end may have ignored the advice. */
    ZEROES_OR_OLD_CONTENT
}
