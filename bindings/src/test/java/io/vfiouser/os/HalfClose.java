package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;

/** Ends one direction of a connection; for tests. */
public final class HalfClose {
    private HalfClose() {}

    /** The other end reads the end of the stream; this end still receives. */
    public static void sending(UnixSocket socket) {
        ErrnoException.check("shut down", SocketCalls.shutdown(socket.fd().value(), posix_h.SHUT_WR()));
    }
}
