package io.vfiouser.nvme.block;

/** What a {@link BlockRequest} asks for. */
public enum Operation {
    /** Fill the request's memory with the blocks' content. */
    READ(true, true, false),
    /** Store the request's memory in the blocks. */
    WRITE(true, true, true),
    /** Make everything durable that completed before this request was submitted, over all channels of the device. */
    FLUSH(false, false, false),
    /** Make the blocks read as zeroes: a guarantee, not a hint. */
    WRITE_ZEROES(true, false, true),
    /** The blocks' content is no longer wanted: what they read as later, {@link BlockCapabilities} says. */
    DEALLOCATE(true, false, true),
    /** Find out that the blocks can be read; moves no data to the caller. */
    VERIFY(true, false, false);

    private final boolean range;
    private final boolean data;
    private final boolean changesMedium;

    Operation(boolean range, boolean data, boolean changesMedium) {
        this.range = range;
        this.data = data;
        this.changesMedium = changesMedium;
    }

    /** Whether the request names blocks. */
    public boolean hasRange() {
        return range;
    }

    /** Whether the request names memory; its length then is that of the blocks. */
    public boolean hasData() {
        return data;
    }

    /** Whether a read-only device refuses it. */
    public boolean changesMedium() {
        return changesMedium;
    }
}
