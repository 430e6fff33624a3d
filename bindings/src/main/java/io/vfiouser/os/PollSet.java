package io.vfiouser.os;

import io.vfiouser.ffi.posix.pollfd;
import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A fixed number of descriptors to wait for at once, addressed by slot. One thread at a time; waiting allocates nothing.
 *
 * <p>The descriptors stay their owners'. A slot is emptied ({@link #clear}) before its descriptor is closed.
 */
public final class PollSet {
    private static final int EMPTY = -1;

    private final int slots;
    private final MemorySegment entries;

    /** Makes a set of empty slots. */
    public PollSet(int slots) {
        if (slots <= 0) {
            throw new IllegalArgumentException("a poll set needs at least one slot, not " + slots);
        }
        this.slots = slots;
        this.entries = Arena.ofAuto().allocate(pollfd.layout(), slots);
        for (int slot = 0; slot < slots; slot++) {
            clear(slot);
        }
    }

    /** How many slots there are. */
    public int slots() {
        return slots;
    }

    /** Waits for a descriptor to become readable in this slot. */
    public void watchReadable(int slot, int fd) {
        watch(slot, fd, posix_h.POLLIN());
    }

    /** Waits for a descriptor to become writable in this slot. */
    public void watchWritable(int slot, int fd) {
        watch(slot, fd, posix_h.POLLOUT());
    }

    /** Waits in this slot only for the other end of the descriptor to go away. */
    public void watchHangUp(int slot, int fd) {
        watch(slot, fd, posix_h.POLLRDHUP());
    }

    /** Empties a slot. */
    public void clear(int slot) {
        watch(slot, EMPTY, 0);
    }

    /**
     * Waits until something happens in any slot.
     *
     * @param timeout zero or negative: only look
     * @return in how many slots something happened; 0 if the time ran out
     * @throws ErrnoException if the system refuses
     */
    public int await(Duration timeout) {
        int result = PollCalls.pollFor(entries, slots, timeout);
        if (result < 0) {
            throw new ErrnoException("poll " + slots + " descriptors", -result);
        }
        return result;
    }

    /**
     * Whether the last {@link #await} saw anything in this slot, errors and hang-ups included.
     *
     * @throws ErrnoException if the slot's descriptor is not open
     */
    public boolean ready(int slot) {
        int happened = happened(slot);
        if ((happened & posix_h.POLLNVAL()) != 0) {
            throw new ErrnoException("poll descriptor " + pollfd.fd(entry(slot)), Errno.EBADF);
        }
        return happened != 0;
    }

    /** Whether the last {@link #await} saw that the other end of this slot's descriptor is gone. */
    public boolean hungUp(int slot) {
        return (happened(slot) & (posix_h.POLLHUP() | posix_h.POLLRDHUP() | posix_h.POLLERR())) != 0;
    }

    private void watch(int slot, int fd, int events) {
        MemorySegment entry = entry(slot);
        pollfd.fd(entry, fd);
        pollfd.events(entry, (short) events);
        pollfd.revents(entry, (short) 0);
    }

    private int happened(int slot) {
        return pollfd.revents(entry(slot));
    }

    private MemorySegment entry(int slot) {
        return entries.asSlice(slot * pollfd.sizeof(), pollfd.sizeof());
    }
}
