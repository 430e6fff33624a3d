package io.vfiouser.nvme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps blocks whole that several threads change and read at the same time: locks for the granules of a device, which share a fixed number of
 * words. Who changes a granule {@linkplain #acquire holds} it alone. Who reads it holds nothing: it {@linkplain #observe looks} at the word,
 * reads, and looks {@linkplain #unchanged again}; if somebody changed the granule meanwhile, what was read is thrown away.
 *
 * <p>A word names its owner, so that an owner that was struck by an {@link InternalError} at any instruction finds out later what it
 * still holds, and {@linkplain #releaseAll gives it back}. It takes several granules in the order of their words, so that no circle of waiting can
 * arise. Allocates nothing.
 */
final class GranuleLocks {
    /** What may be changed at once in the eyes of others: a granule's length is a multiple, so that aligned it lies in one. */
    static final int UNIT_BYTES = 4096;

    /** As many words, and so as many granules at most that somebody has to hold for a range of any length. */
    static final int STRIPES = 256;

    private static final int MASK = STRIPES - 1;

    /** Words lie this far apart, each in a cache line of its own. */
    private static final int SPREAD = 8;

    /** Upper half: how often it was released. Lower half: the owner, 0 for nobody. */
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private static final long OWNER_BITS = 0xFFFF_FFFFL;
    private static final long ONE_RELEASE = 1L << 32;

    private static final int SPINS = 512;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final int granuleShift;
    private final long[] words = new long[STRIPES * SPREAD];
    private final AtomicInteger lastOwner = new AtomicInteger();

    /** Locks for granules of {@code granuleBytes}, a power of two. */
    GranuleLocks(int granuleBytes) {
        if (Integer.bitCount(granuleBytes) != 1 || granuleBytes < UNIT_BYTES) {
            throw new IllegalArgumentException("no granule: " + granuleBytes);
        }
        granuleShift = Integer.numberOfTrailingZeros(granuleBytes);
    }

    /** A number for somebody who will hold granules, one request at a time. */
    int newOwner() {
        return lastOwner.incrementAndGet();
    }

    /** Where the granule ends that holds the byte at {@code at}. */
    long granuleEnd(long at) {
        return ((at >>> granuleShift) + 1) << granuleShift;
    }

    /**
     * Takes all granules of a range of bytes; waits for who has them. To be called inside a {@code try} whose {@code finally} {@linkplain
     * #release releases} the same range, whatever came of it.
     *
     * @return false if somebody kept one for longer than {@code patienceNanos}
     */
    boolean acquire(long start, long length, int owner, long patienceNanos) {
        int first = firstStripe(start, length);
        int last = lastStripe(start, length);
        if (first <= last) {
            return acquireStripes(first, last, owner, patienceNanos);
        }
        return acquireStripes(0, last, owner, patienceNanos) && acquireStripes(first, MASK, owner, patienceNanos);
    }

    /** Gives back what {@code owner} has of a range. */
    void release(long start, long length, int owner) {
        int first = firstStripe(start, length);
        int last = lastStripe(start, length);
        if (first <= last) {
            releaseStripes(first, last, owner);
        } else {
            releaseStripes(0, last, owner);
            releaseStripes(first, MASK, owner);
        }
    }

    /** Gives back whatever {@code owner} has. */
    void releaseAll(int owner) {
        releaseStripes(0, MASK, owner);
    }

    /** The state of the granule that holds the byte at {@code at}, before it is read. */
    long observe(long at) {
        return (long) WORD.getAcquire(words, indexOf(at));
    }

    /** Whether a state that was observed means that somebody is changing the granule. */
    static boolean isHeld(long observed) {
        return (observed & OWNER_BITS) != 0;
    }

    /** After reading: whether nobody has changed the granule since it was observed. */
    boolean unchanged(long at, long observed) {
        VarHandle.acquireFence();
        return (long) WORD.getOpaque(words, indexOf(at)) == observed;
    }

    /**
     * Observes all granules of a range.
     *
     * @param observed takes the states; {@link #STRIPES} long
     * @return false if one of them is being changed, or the range has too many
     */
    boolean observe(long start, long length, long[] observed) {
        long granules = granules(start, length);
        if (granules > observed.length) {
            return false;
        }
        for (int i = 0; i < granules; i++) {
            long word = observe(start + ((long) i << granuleShift));
            if (isHeld(word)) {
                return false;
            }
            observed[i] = word;
        }
        return true;
    }

    /** After reading: whether nobody has changed any granule of a range since it was observed. */
    boolean unchanged(long start, long length, long[] observed) {
        long granules = granules(start, length);
        for (int i = 0; i < granules; i++) {
            if (!unchanged(start + ((long) i << granuleShift), observed[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean acquireStripes(int first, int last, int owner, long patienceNanos) {
        for (int stripe = first; stripe <= last; stripe++) {
            int index = stripe * SPREAD;
            if (!tryAcquire(index, owner) && !await(index, owner, patienceNanos)) {
                return false;
            }
        }
        // The holder's first store must not be seen before its name.
        VarHandle.storeStoreFence();
        return true;
    }

    private boolean tryAcquire(int index, int owner) {
        long word = (long) WORD.getOpaque(words, index);
        if (isHeld(word)) {
            return (int) word == owner;
        }
        return WORD.compareAndSet(words, index, word, word | (owner & OWNER_BITS));
    }

    private boolean await(int index, int owner, long patienceNanos) {
        long began = System.nanoTime();
        int attempts = 0;
        while (!tryAcquire(index, owner)) {
            attempts++;
            if (attempts < SPINS) {
                Thread.onSpinWait();
            } else if (System.nanoTime() - began > patienceNanos) {
                return false;
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
        return true;
    }

    private void releaseStripes(int first, int last, int owner) {
        for (int stripe = first; stripe <= last; stripe++) {
            int index = stripe * SPREAD;
            long word = (long) WORD.getOpaque(words, index);
            if ((int) word == owner) {
                WORD.setRelease(words, index, (word & ~OWNER_BITS) + ONE_RELEASE);
            }
        }
    }

    private int firstStripe(long start, long length) {
        return granules(start, length) >= STRIPES ? 0 : (int) (start >>> granuleShift) & MASK;
    }

    private int lastStripe(long start, long length) {
        return granules(start, length) >= STRIPES ? MASK : (int) ((start + length - 1) >>> granuleShift) & MASK;
    }

    private long granules(long start, long length) {
        return ((start + length - 1) >>> granuleShift) - (start >>> granuleShift) + 1;
    }

    private int indexOf(long at) {
        return ((int) (at >>> granuleShift) & MASK) * SPREAD;
    }
}
