package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.CancelPromise;
import java.util.Arrays;

/** The slots of one poller: as many as there ever were commands at once, made anew only when that number grows. */
final class CommandSlots {
    private static final int INITIAL = 64;

    private final QueuePoller poller;
    private CommandSlot[] all = {};
    private CommandSlot[] free = {};
    private int freeCount;

    CommandSlots(QueuePoller poller) {
        this.poller = poller;
        grow(INITIAL);
    }

    CommandSlot take() {
        if (freeCount == 0) {
            grow(all.length);
        }
        return free[--freeCount];
    }

    /** Takes a slot back whose command has ended. */
    void giveBack(CommandSlot slot) {
        slot.end();
        free[freeCount++] = slot;
    }

    /** How many requests back ends have, counted anew. */
    int outstanding() {
        int count = 0;
        for (CommandSlot slot : all) {
            if (slot.outstanding()) {
                count++;
            }
        }
        return count;
    }

    /** Asks the back ends to leave the memory of all requests alone; the ones that can end them do so in this call. */
    void cancelOutstanding() {
        for (CommandSlot slot : all) {
            if (slot.outstanding()) {
                slot.channel().cancel(slot, CancelPromise.DETACHED);
            }
        }
    }

    /** Takes all slots back, whatever became of their commands. While nothing is outstanding. */
    void reclaim() {
        freeCount = 0;
        for (CommandSlot slot : all) {
            giveBack(slot);
        }
    }

    private void grow(int by) {
        int from = all.length;
        all = Arrays.copyOf(all, from + by);
        free = Arrays.copyOf(free, from + by);
        for (int i = from; i < all.length; i++) {
            all[i] = new CommandSlot(poller);
            free[freeCount++] = all[i];
        }
    }
}
