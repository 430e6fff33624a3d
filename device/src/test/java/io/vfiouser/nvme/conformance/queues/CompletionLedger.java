package io.vfiouser.nvme.conformance.queues;

import io.vfiouser.nvme.spec.StatusCode;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Books of every command that was submitted and every completion that came. Fails at once, with the completions before, on one that is
 * doubled or belongs to no command, on a status that is not success, and on an SQ head that moves backwards, past the tail, or not far
 * enough for what has completed. One thread.
 */
final class CompletionLedger {
    /** Values a command identifier may have: FFFFh is left out, since the error log uses it for "no command". */
    static final int IDENTIFIERS = 0xFFFF;

    private static final int REMEMBERED = 12;

    private final Map<Integer, Account> accounts = new HashMap<>();
    private final Deque<String> recent = new ArrayDeque<>();
    private long submitted;
    private long completed;
    private long writtenOff;

    /** What is known of one submission queue. Heads and tails count from its creation without wrapping around. */
    private static final class Account {
        private final int entries;
        private final BitSet outstanding = new BitSet();
        private long put;
        private long rung;
        private long head;
        private long completed;
        private boolean deleting;

        private Account(int entries) {
            this.entries = entries;
        }
    }

    /** A submission queue was created. */
    void opened(int queueId, int entries) {
        if (accounts.putIfAbsent(queueId, new Account(entries)) != null) {
            throw new IllegalStateException("queue " + queueId + " is open already");
        }
    }

    /** Whether a command with this identifier is outstanding. */
    boolean outstanding(int queueId, int commandId) {
        return account(queueId).outstanding.get(commandId);
    }

    /** How many commands of a queue are outstanding. */
    int outstanding(int queueId) {
        return account(queueId).outstanding.cardinality();
    }

    /** How many entries may still be put into the ring, as far as completions have told. */
    int room(int queueId) {
        Account account = account(queueId);
        return (int) (account.entries - 1 - (account.put - account.head));
    }

    /** A command was put into the ring. */
    void submitted(int queueId, int commandId) {
        Account account = account(queueId);
        if (room(queueId) <= 0 || account.outstanding.get(commandId)) {
            throw new IllegalStateException("the test submits what it must not: queue " + queueId + ", " + commandId);
        }
        account.outstanding.set(commandId);
        account.put++;
        submitted++;
    }

    /** The tail doorbell was about to be rung for everything that was put into the ring. */
    void rung(int queueId) {
        Account account = account(queueId);
        account.rung = account.put;
    }

    /** A completion was found. */
    void completed(int completionQueueId, int queueId, int commandId, int submissionHead, int statusField) {
        String entry = "CQ %d: SQ %d, command %04X, SQHD %d, status %04X"
                .formatted(completionQueueId, queueId, commandId, submissionHead, statusField);
        Account account = accounts.get(queueId);
        if (account == null) {
            throw wrong(entry, "no such submission queue");
        }
        if (!account.outstanding.get(commandId)) {
            throw wrong(entry, "the command is not outstanding: unknown, or completed twice");
        }
        boolean allowed = statusField == 0
                || (account.deleting
                        && StatusCode.of(statusField).orElse(StatusCode.SUCCESS) == StatusCode.ABORTED_SQ_DELETION);
        if (!allowed) {
            throw wrong(entry, "the status is not success");
        }
        account.outstanding.clear(commandId);
        account.completed++;
        completed++;
        moveHead(account, submissionHead, entry);
        if (recent.size() == REMEMBERED) {
            recent.remove();
        }
        recent.add(entry);
    }

    private void moveHead(Account account, int submissionHead, String entry) {
        if (submissionHead >= account.entries) {
            throw wrong(entry, "the queue has " + account.entries + " entries");
        }
        long step = submissionHead - account.head % account.entries;
        long head = account.head + (step < 0 ? step + account.entries : step);
        if (head > account.rung) {
            throw wrong(entry, "the head went from " + account.head + " beyond the tail " + account.rung + ", or back");
        }
        if (head < account.completed) {
            throw wrong(
                    entry, "the head stands at " + head + " though " + account.completed + " commands have completed");
        }
        account.head = head;
    }

    /** A Delete I/O Submission Queue command is about to be sent: commands may end as aborted from here on. */
    void deleting(int queueId) {
        account(queueId).deleting = true;
    }

    /**
     * A submission queue is gone, and every completion that came before was taken note of: from now on none may come.
     *
     * @return how many commands went with it
     */
    int closed(int queueId) {
        int lost = outstanding(queueId);
        accounts.remove(queueId);
        writtenOff += lost;
        return lost;
    }

    /** All queues are gone, as {@link #closed}. */
    void allClosed() {
        for (int queueId : accounts.keySet().toArray(Integer[]::new)) {
            int ignored = closed(queueId);
        }
    }

    /** How many completions came. */
    long completed() {
        return completed;
    }

    /** How many commands are outstanding in all queues. */
    long outstanding() {
        return submitted - completed - writtenOff;
    }

    /** Fails if a command was lost. */
    void assertSettled() {
        if (outstanding() != 0) {
            StringBuilder lost = new StringBuilder();
            accounts.forEach((id, account) -> {
                if (!account.outstanding.isEmpty()) {
                    lost.append(" SQ ").append(id).append(": ").append(account.outstanding);
                }
            });
            throw new AssertionError("commands without completion:" + lost + "; the last completions: " + recent);
        }
    }

    private Account account(int queueId) {
        Account account = accounts.get(queueId);
        if (account == null) {
            throw new IllegalStateException("queue " + queueId + " is not open");
        }
        return account;
    }

    private AssertionError wrong(String entry, String what) {
        return new AssertionError(entry + ": " + what + "; the completions before: " + recent);
    }
}
