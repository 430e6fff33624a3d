package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.subsystem.RangeGuard;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One poller's part in a namespace's {@link RangeGuard}: holds back requests to blocks that somebody, perhaps this poller itself, has for
 * a fused operation, and executes this poller's fused operations one after the other. Poller's thread.
 *
 * <p>What is held back goes on before the gate closes for the next turn, so that fused operations, however many there are, delay
 * a request for the time of one.
 */
final class RangeGate {
    private final RangeGuard guard;
    private final RangeGuard.Member member;
    private final Deque<CommandSlot> held = new ArrayDeque<>();
    /** First commands of fused operations; the guard is asked for the first one's blocks. */
    private final Deque<CommandSlot> fused = new ArrayDeque<>();

    private boolean closed;
    private boolean quiet;
    private boolean running;
    private int turn = RangeGuard.OPEN;
    private long first;
    private long count;

    /** {@code news} is called on any thread when {@link #look} should be. */
    RangeGate(RangeGuard guard, Runnable news) {
        this.guard = guard;
        this.member = guard.join(news);
    }

    /** Whether some blocks are somebody's own, so that each request must ask {@link #holdsBack}. */
    boolean closed() {
        return closed;
    }

    /** Keeps a request that was described and must wait. Returns whether it must. */
    boolean holdsBack(CommandSlot slot) {
        if (slot.exclusive() || !concerns(slot)) {
            return false;
        }
        held.add(slot);
        slot.await();
        return true;
    }

    /** Executes the fused operation when its blocks are its own. */
    void request(CommandSlot compare) {
        compare.await();
        fused.add(compare);
        if (fused.size() == 1) {
            enter(compare);
        }
    }

    /** A fused operation has ended; if it was the one that was executed, the blocks are given back. */
    void ended(CommandSlot compare) {
        if (!running || fused.peekFirst() != compare) {
            return;
        }
        running = false;
        fused.removeFirst();
        guard.withdraw(member);
        enterNext();
    }

    /** Takes a command back that waits here. */
    void forget(CommandSlot slot) {
        slot.endWait();
        if (held.remove(slot)) {
            return;
        }
        boolean asked = slot == fused.peekFirst();
        fused.remove(slot);
        if (asked) {
            guard.withdraw(member);
            enterNext();
        }
    }

    /** Follows what the guard says. Returns whether anything has changed. */
    boolean look(CommandSlots slots) {
        int now = guard.look();
        boolean changed = now != turn;
        if (changed) {
            reopen();
            turn = now;
            closed = now != RangeGuard.OPEN;
            first = guard.firstBlock();
            count = guard.blockCount();
            quiet = false;
        }
        if (!closed) {
            return changed;
        }
        if (!quiet && !slots.anyUnderWay(this)) {
            quiet = true;
            changed = true;
            guard.quiet(member, turn);
        }
        if (!running && guard.granted(member)) {
            running = true;
            changed = true;
            CompareCommand.granted(fused.getFirst());
        }
        return changed;
    }

    /** Whether {@link #look} may have something to do without news. */
    boolean unsettled() {
        return closed && !quiet;
    }

    /** Whether a request is one to the blocks that are somebody's own. */
    boolean concerns(CommandSlot slot) {
        return slot.operation().hasRange()
                && slot.firstBlock() < first + count
                && first < slot.firstBlock() + slot.blockCount();
    }

    /** Nothing is under way, and nothing will be until {@link #back}. */
    void away() {
        reset();
        guard.away(member);
    }

    void back() {
        guard.back(member);
    }

    /** Forgets all that waits, whatever becomes of it. */
    void reset() {
        held.clear();
        fused.clear();
        running = false;
        guard.withdraw(member);
    }

    void close() {
        guard.leave(member);
    }

    private void reopen() {
        closed = false;
        int waiting = held.size();
        for (int i = 0; i < waiting; i++) {
            held.removeFirst().resubmit();
        }
    }

    private void enterNext() {
        CommandSlot next = fused.peekFirst();
        if (next != null) {
            enter(next);
        }
    }

    private void enter(CommandSlot compare) {
        int shift = compare.namespace().deviceShift();
        guard.enter(member, compare.rangeStart() << shift, (long) compare.rangeBlocks() << shift);
    }
}
