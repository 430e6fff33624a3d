package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.ErrorLogEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The newest entries of the Error Information log page. Base 2.1, section 5.1.12.1.2. Written by all threads when a command
 * fails; a lock is fine there.
 */
final class ErrorLog {
    /** Entries kept: what Identify Controller's ELPE announces. */
    static final int ENTRIES = 64;

    private final Deque<ErrorLogEntry> newestFirst = new ArrayDeque<>();
    private long count;

    synchronized void add(
            int submissionQueueId, int commandId, int statusField, int location, long lba, int nsid, int opcode) {
        if (newestFirst.size() == ENTRIES) {
            newestFirst.removeLast();
        }
        count++;
        newestFirst.addFirst(
                new ErrorLogEntry(count, submissionQueueId, commandId, statusField, location, lba, nsid, opcode));
    }

    /** How many errors there were in the controller's life. */
    synchronized long count() {
        return count;
    }

    /** Takes over what another controller has noted. */
    synchronized void restore(long errors, List<ErrorLogEntry> entries) {
        newestFirst.clear();
        newestFirst.addAll(entries);
        count = errors;
    }

    /** The entries, the newest first. */
    synchronized List<ErrorLogEntry> entries() {
        return List.copyOf(newestFirst);
    }
}
