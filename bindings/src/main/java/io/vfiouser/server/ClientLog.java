package io.vfiouser.server;

import java.nio.file.Path;
import org.slf4j.Logger;

/**
 * Tells of clients that come and go. Apart from what {@link LogLimit} keeps short otherwise: however much a client made the log
 * complain, that it is gone is what an operator waits for. Only clients that come faster than the limit stay unmentioned, and then
 * wholly: whoever was told of as attached is told of as gone. The context's thread.
 */
final class ClientLog {
    private final Logger log;
    private final Path socket;
    private final LogLimit limit = new LogLimit();
    private boolean told;

    ClientLog(Logger log, Path socket) {
        this.log = log;
        this.socket = socket;
    }

    void attached() {
        told = limit.allows();
        if (told) {
            log.info("{}: a client attached{}", socket, limit.note());
        }
    }

    void gone() {
        if (told) {
            log.info("{}: the client is gone; ready for the next one", socket);
            told = false;
        }
    }
}
