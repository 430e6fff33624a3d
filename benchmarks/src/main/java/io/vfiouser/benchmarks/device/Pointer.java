package io.vfiouser.benchmarks.device;

/** How a command describes its data. */
public enum Pointer {
    /** PRPs to pages that lie one behind the other, as drivers with large buffers send them: one copy. */
    PRP,
    /** PRPs to pages that do not, as an operating system's page cache has them: a copy per page. */
    PRP_SCATTERED,
    /** One SGL data block in the command. */
    SGL,
    /** An SGL segment with a data block for each page, none next to the one before. */
    SGL_SCATTERED
}
