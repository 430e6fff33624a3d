package io.vfiouser.mover;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A frame as it came from the other side: its checksum is right, nothing else is known of it.
 *
 * @param kind what it is
 * @param payload little-endian; valid until the next frame is received
 */
record LinkFrame(Kind kind, ByteBuffer payload) {
    /** What frames are for. Those with codes below 64 go to the receiver, the others come from it. */
    enum Kind {
        /** Id (16 bytes), page bytes u32, region count u32, then per region: IOVA u64, length u64, protection u32, 0 u32. */
        HELLO(1),
        /** Id (16 bytes): what became of that move? */
        ASK(2),
        /** The device is to take a state. */
        RESUMING(3),
        /** Region u32, 0 u32, offset u64, then whole pages. */
        PAGES(4),
        /** A piece of the device's stream. */
        STREAM(5),
        /** A piece of what the guest has to know. */
        GUEST(6),
        /** The end of all three: bytes of pages u64, of the stream u64, of the guest u64. */
        VALIDATE(7),
        /** The source has let go. */
        TAKE_OVER(8),
        /** The move is off. */
        ABORT(9),
        /** The answer arrived: the receiver need not remember it. */
        DONE(10),

        /** Yes. To a HELLO: minor version u32, protocol u32. */
        OK(64),
        /** No, and the move is off: reason. */
        REFUSED(65),
        /** The device runs here. */
        RUNNING(66),
        /** The device does not run here and never will with that state: reason. */
        NOT_TAKEN(67),
        /** Nobody can say whether it does: explanation. */
        UNKNOWN(68);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Optional<Kind> of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }
}
