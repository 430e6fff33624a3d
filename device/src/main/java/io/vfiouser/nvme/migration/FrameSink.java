package io.vfiouser.nvme.migration;

/** Where the frames of a stream go. Control thread only. */
@FunctionalInterface
public interface FrameSink {
    /**
     * Takes a frame.
     *
     * @throws StateRefusedException if it cannot be taken; the stream ends
     */
    void take(Frame frame);
}
