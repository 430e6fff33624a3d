package io.vfiouser.nvme.migration;

import org.jspecify.annotations.Nullable;

/** Where the frames of a stream come from. Control thread only. */
@FunctionalInterface
public interface FrameSource {
    /** The next frame; null if there is none for now. */
    @Nullable
    Frame next();
}
