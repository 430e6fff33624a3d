package io.vfiouser.nvme.migration;

import java.util.List;

/**
 * The buffers of Doorbell Buffer Config. Base 2.1, section 5.2.5.
 *
 * @param shadowBase guest address of the shadow doorbells
 * @param eventBase guest address of the event indexes
 * @param doorbells what is known of each doorbell of a queue that exists
 */
public record DoorbellBufferState(long shadowBase, long eventBase, List<ShadowDoorbellState> doorbells) {
    public DoorbellBufferState {
        doorbells = List.copyOf(doorbells);
    }

    /**
     * One doorbell.
     *
     * @param index its place among the doorbells: twice the queue identifier, plus one for a completion queue's head
     * @param untouched the shadow's value before the host used it
     * @param followed whether the host has used the shadow, so that the register counts no more
     * @param eventIndex what stands in the event index
     */
    public record ShadowDoorbellState(int index, int untouched, boolean followed, int eventIndex) {}
}
