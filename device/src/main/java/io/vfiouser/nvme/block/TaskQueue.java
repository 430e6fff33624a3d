package io.vfiouser.nvme.block;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue between any number of producers and consumers, without locks and without allocation: a ring in which each slot
 * carries the turn at which it may be filled or emptied (the scheme known as Vyukov's).
 *
 * <p>{@link #offer} releases, {@link #poll} acquires: what a producer did before is seen by the consumer. A poll may miss an element
 * whose producer, or the producer before it, has not finished its offer.
 */
final class TaskQueue<T> {
    private final int mask;
    private final AtomicReferenceArray<@Nullable T> slots;
    /** Each slot's turn less the slot's number: a new queue is all zeroes, since it is made while a guest stands still. */
    private final AtomicLongArray turns;

    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();

    /** A queue for {@code capacity} elements, a power of two. */
    TaskQueue(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("no power of two: " + capacity);
        }
        mask = capacity - 1;
        slots = new AtomicReferenceArray<>(capacity);
        turns = new AtomicLongArray(capacity);
    }

    private long turn(int slot) {
        return turns.getAcquire(slot) + slot;
    }

    /** Appends an element, unless the queue is full. */
    boolean offer(T element) {
        long at = tail.get();
        while (true) {
            int slot = (int) at & mask;
            long turn = turn(slot);
            if (turn == at) {
                if (tail.compareAndSet(at, at + 1)) {
                    slots.setPlain(slot, element);
                    turns.setRelease(slot, at + 1 - slot);
                    return true;
                }
                at = tail.get();
            } else if (turn < at) {
                return false;
            } else {
                at = tail.get();
            }
        }
    }

    /** Takes the oldest element, if there is one. */
    @Nullable
    T poll() {
        long at = head.get();
        while (true) {
            int slot = (int) at & mask;
            long turn = turn(slot);
            if (turn == at + 1) {
                if (head.compareAndSet(at, at + 1)) {
                    T element = slots.getPlain(slot);
                    slots.setPlain(slot, null);
                    turns.setRelease(slot, at + mask + 1 - slot);
                    return element;
                }
                at = head.get();
            } else if (turn <= at) {
                return null;
            } else {
                at = head.get();
            }
        }
    }
}
