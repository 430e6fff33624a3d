package io.vfiouser.client;

import java.lang.foreign.MemorySegment;

/** Answers commands of the server. */
interface CommandHandler {
    /**
     * Carries out one command.
     *
     * @param request the payload
     * @param reply where the reply's payload goes
     * @return the length of the reply's payload, or a negative error number
     */
    int handle(int command, MemorySegment request, MemorySegment reply);
}
