package io.vfiouser.mover;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What became of each move that a receiver was asked for: the one place where a take-over and a question about it meet, so that the answer
 * "never" and a device that runs exclude each other. Any thread. The oldest entries are forgotten.
 */
final class MoveLedger {
    private static final int MOST_ENTRIES = 256;
    private static final long LOOK_MILLIS = 50;

    private final Map<UUID, Entry> entries = new LinkedHashMap<>();
    private boolean closed;

    /** What is known of a move. */
    sealed interface Fate {
        /** It is under way, and was not told to take over. */
        record Open(Runnable cut) implements Fate {}

        /** The device is being told to run. */
        record Taking() implements Fate {}

        /** It runs. */
        record Running() implements Fate {}

        /** It does not run and never will with this state. */
        record NotTaken(String reason) implements Fate {}

        /** The destination does not say. */
        record Unknown(String explanation) implements Fate {}
    }

    private static final class Entry {
        private Fate fate;
        /** Whether a sender may be in doubt. */
        private boolean owed;

        private long settledNanos;

        Entry(Fate fate) {
            this.fate = fate;
        }
    }

    /**
     * A move begins.
     *
     * @param cut ends it if somebody asks what became of it
     * @return false if there was one of that id before, or no further one is wanted
     */
    synchronized boolean open(UUID id, Runnable cut) {
        if (closed || entries.containsKey(id)) {
            return false;
        }
        entries.put(id, new Entry(new Fate.Open(cut)));
        var oldest = entries.entrySet().iterator();
        while (entries.size() > MOST_ENTRIES && oldest.hasNext()) {
            Entry entry = oldest.next().getValue();
            if (!(entry.fate instanceof Fate.Open) && !(entry.fate instanceof Fate.Taking)) {
                oldest.remove();
            }
        }
        return true;
    }

    /** Its sender may have told it to take over from now on: it will want to know. */
    synchronized void owe(UUID id) {
        entry(id).owed = true;
    }

    /** Whether the device may be told to run; if so, {@link #settle} follows. */
    synchronized boolean beginTaking(UUID id) {
        Entry entry = entry(id);
        if (!(entry.fate instanceof Fate.Open)) {
            return false;
        }
        entry.fate = new Fate.Taking();
        return true;
    }

    /** It has come to its end; of several the first counts, but for the end of taking. */
    synchronized void settle(UUID id, Fate fate) {
        Entry entry = entry(id);
        if (entry.fate instanceof Fate.Open || entry.fate instanceof Fate.Taking) {
            entry.fate = fate;
            entry.settledNanos = System.nanoTime();
            notifyAll();
        }
    }

    /** The sender knows. */
    synchronized void acknowledge(UUID id) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.owed = false;
            notifyAll();
        }
    }

    /**
     * Answers for good: a move that was not told to take over never will be.
     *
     * @return empty if the device is still being told to run
     */
    synchronized Optional<Fate> ask(UUID id, Duration longest) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return Optional.of(new Fate.Unknown("The receiver knows nothing of this move: it was started again since."
                    + " The source stays stopped; make sure that the destination is not running before the source is"
                    + " used again."));
        }
        if (entry.fate instanceof Fate.Open(Runnable cut)) {
            settle(id, new Fate.NotTaken("the receiver was not told to take over before it was asked whether it had"));
            cut.run();
        }
        return waitWhile(() -> entry.fate instanceof Fate.Taking, longest) ? Optional.of(entry.fate) : Optional.empty();
    }

    /** Gives up what is under way and takes nothing more; returns when no device is being told to run. */
    synchronized void close(Duration longest) {
        closed = true;
        for (Entry entry : entries.values()) {
            if (entry.fate instanceof Fate.Open(Runnable cut)) {
                entry.fate = new Fate.NotTaken("the receiver was ended");
                entry.settledNanos = System.nanoTime();
                cut.run();
            }
        }
        boolean ignored = waitWhile(
                () -> entries.values().stream().anyMatch(entry -> entry.fate instanceof Fate.Taking), longest);
    }

    /** Waits until nobody is in doubt any more, or none of those who are has asked for so long. */
    synchronized void awaitAcknowledged(Duration linger) {
        boolean ignored = waitWhile(() -> entries.values().stream().anyMatch(entry -> inDoubt(entry, linger)), linger);
    }

    private static boolean inDoubt(Entry entry, Duration linger) {
        return entry.owed && entry.settledNanos != 0 && System.nanoTime() - entry.settledNanos < linger.toNanos();
    }

    private Entry entry(UUID id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalStateException("no move " + id);
        }
        return entry;
    }

    /** Whether it came to an end in time, and without an interrupt. */
    private synchronized boolean waitWhile(BooleanSupplier busy, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try {
            while (busy.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                wait(Math.min(left, LOOK_MILLIS));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
