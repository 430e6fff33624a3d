package io.vfiouser.server;

import io.vfiouser.os.Fd;
import io.vfiouser.os.SocketControl;
import java.util.Optional;

/**
 * Lets any thread end the connection of the moment. The library closes its descriptor on the context's thread at any time, and the number
 * may be another connection's at once; so this keeps a descriptor of its own, which is closed under a lock.
 */
final class ClientLifeline {
    private Optional<Fd> own = Optional.empty();

    /**
     * A client was attached.
     *
     * @throws io.vfiouser.os.ErrnoException if this process can open no more descriptors
     */
    synchronized void attach(int fd) {
        own = Optional.of(Fd.duplicateOf(fd));
    }

    /** The library has closed the connection: the client learns it when this returns. */
    synchronized void detach() {
        own.ifPresent(Fd::close);
        own = Optional.empty();
    }

    /** Ends the connection; nothing happens if there is none. Any thread. */
    synchronized void cut() {
        own.ifPresent(fd -> SocketControl.shutdown(fd.value()));
    }
}
