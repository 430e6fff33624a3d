package io.vfiouser.os;

/** Which pages back a piece of memory. */
public enum PageSize {
    /** The base pages of the machine, mostly 4 KiB. */
    BASE,
    /** Base pages that the kernel was asked to merge into huge ones where it can; whether it does is its decision. */
    TRANSPARENT_HUGE,
    /** Huge pages from the pool the administrator reserved, in the system's default size. */
    EXPLICIT_HUGE
}
