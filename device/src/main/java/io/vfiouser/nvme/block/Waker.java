package io.vfiouser.nvme.block;

/**
 * Tells a poller that sleeps, or is about to, that {@link BlockChannel#poll()} has something to deliver.
 *
 * <p>A back end calls it on any thread of its own after it has published a completion with at least volatile semantics; it
 * may call too often, never too seldom. The implementation belongs to the poller: it must be cheap, must not block, must
 * not throw and must not call the channel. To lose no wake-up without paying a system call per completion, a poller
 * announces its sleep with a volatile store, polls <em>once more</em>, then sleeps; its waker looks at the announcement with a
 * volatile load and wakes only then.
 *
 * <p>A back end whose requests all complete inside {@link BlockChannel#submit} never calls it.
 */
@FunctionalInterface
public interface Waker {
    /** For pollers that never sleep. */
    Waker NONE = () -> {};

    /** Makes the poller call {@link BlockChannel#poll()} soon. */
    void wakeUp();
}
