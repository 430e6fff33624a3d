package io.vfiouser.nvme.driver;

/**
 * What a thread does between two looks at shared memory: spins for some 10 µs, which is longer than a fast device takes, then
 * offers the processor to others, since the server that it waits for may need it. One thread.
 */
public final class PollPause {

    private static final int SPINS = 256;

    private int pauses;

    public PollPause() {}

    /** Nothing was found. */
    // No correctness hangs on the scheduler: with fewer processors than pollers, spinning alone starves the server.
    @SuppressWarnings("ThreadPriorityCheck")
    public void pause() {
        if (++pauses > SPINS) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** Something was found: spin again before yielding. */
    public void reset() {
        pauses = 0;
    }
}
