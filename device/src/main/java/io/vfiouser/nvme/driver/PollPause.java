package io.vfiouser.nvme.driver;

/**
 * What a thread does between two looks at shared memory: spins at first, then offers the processor to others, since the server
 * that it waits for may need it. One thread.
 */
public final class PollPause {

    private static final int SPINS = 256;

    private final boolean offersProcessor;
    private int pauses;

    private PollPause(boolean offersProcessor) {
        this.offersProcessor = offersProcessor;
    }

    /** Spins, then yields. */
    public static PollPause yielding() {
        return new PollPause(true);
    }

    /** Only spins: for a thread that has a processor to itself. */
    public static PollPause spinning() {
        return new PollPause(false);
    }

    /** Nothing was found. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // not for correctness: with fewer processors than pollers, spinning starves the
    // server
    public void pause() {
        if (offersProcessor && ++pauses > SPINS) {
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
