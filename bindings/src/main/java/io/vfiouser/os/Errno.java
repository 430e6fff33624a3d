package io.vfiouser.os;

/** Error numbers of the operating system. */
public final class Errno {
    private Errno() {}
}
