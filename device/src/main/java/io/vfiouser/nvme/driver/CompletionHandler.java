package io.vfiouser.nvme.driver;

/** Told of each completion by {@link IoQueue#poll}, on the thread that polls. May submit to the same queue. */
@FunctionalInterface
public interface CompletionHandler {

    /**
     * A command ended.
     *
     * @param tag what was given when it was submitted
     * @param statusField status without the phase tag; 0 is success, {@link io.vfiouser.nvme.spec.StatusCode#describe} reads it
     * @param result DW0 in the low half, DW1 in the high half
     */
    void completed(long tag, int statusField, long result);
}
