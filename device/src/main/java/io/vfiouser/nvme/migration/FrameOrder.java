package io.vfiouser.nvme.migration;

import org.jspecify.annotations.Nullable;

/** Which frame may follow which: the header is the first and only one, behind the controller comes nothing but the end. */
final class FrameOrder {
    private @Nullable FrameType last;

    /** Why the frame may not come now; null if it may, and then it counts as come. */
    @Nullable
    String refusal(FrameType next) {
        String refusal = refusalAfter(last, next);
        if (refusal == null) {
            last = next;
        }
        return refusal;
    }

    private static @Nullable String refusalAfter(@Nullable FrameType last, FrameType next) {
        if (last == null) {
            return next == FrameType.HEADER ? null : "the first frame has to be the header";
        }
        if (next == FrameType.HEADER) {
            return "there is a second header";
        }
        if (last == FrameType.CONTROLLER && next != FrameType.END) {
            return "only the end may follow the controller";
        }
        return last == FrameType.END ? "nothing may follow the end" : null;
    }
}
