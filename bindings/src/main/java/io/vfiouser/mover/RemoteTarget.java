package io.vfiouser.mover;

import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A destination behind a {@link RemoteReceiver}, which says who runs if the link breaks. */
final class RemoteTarget extends MoveTarget {
    private static final int ID_BYTES = 16;
    private static final int PAGES_HEAD_BYTES = 16;
    private static final int PIECE_BYTES = 1 << 20;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SocketAddress address;
    private final Duration silence;
    private final UUID id = UUID.randomUUID();
    private @Nullable Opened opened;
    private long memoryBytes;
    private long streamBytes;

    private record Opened(FrameLink link, Guest guest, GuestMemory memory, Duration patience) {}

    RemoteTarget(SocketAddress address, Duration silence) {
        this.address = address;
        this.silence = silence;
    }

    @Override
    MoveReport.Side open(Guest guest, GuestMemory memory, MoveOptions options) {
        if (opened != null) {
            throw new IllegalStateException("a target is good for one move");
        }
        int regionsBytes = Landing.regionsBytes(memory.regions());
        FrameLink link = FrameLink.connect(address, silence);
        opened = new Opened(link, guest, memory, options.patience());
        ByteBuffer hello = link.payload(ID_BYTES + regionsBytes);
        putId(hello);
        Landing.putRegions(hello, memory.regions());
        link.send(LinkFrame.Kind.HELLO);
        return ReceivingSession.side(expectOk(link));
    }

    private void putId(ByteBuffer payload) {
        ByteBuffer ignored = payload.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened;
    }

    private static LinkFrame expectOk(FrameLink link) {
        LinkFrame reply = link.receive(FrameLink.SMALL_PAYLOAD_BYTES);
        return switch (reply.kind()) {
            case OK -> reply;
            case REFUSED -> throw new RefusedByPeerException("the receiver refuses: " + FrameLink.text(reply));
            default -> throw new LinkLostException("the receiver answers with a frame " + reply.kind());
        };
    }

    private static void requireOk(FrameLink link) {
        LinkFrame ignored = expectOk(link);
    }

    /** Nothing is expected: if something comes, it is the reason why nothing more is wanted. */
    private FrameLink writable() {
        FrameLink link = opened().link();
        if (link.somethingArrived()) {
            requireOk(link);
            throw new LinkLostException("the receiver answers what it was not asked");
        }
        return link;
    }

    @Override
    void resuming() {
        FrameLink link = writable();
        link.sendEmpty(LinkFrame.Kind.RESUMING);
        requireOk(link);
    }

    @Override
    void writeStream(MemorySegment piece) {
        writable().sendPieces(LinkFrame.Kind.STREAM, piece, PIECE_BYTES);
        streamBytes += piece.byteSize();
    }

    @Override
    void writePages(int region, long offset, MemorySegment source) {
        for (long at = 0; at < source.byteSize(); at += PIECE_BYTES) {
            FrameLink link = writable();
            int count = (int) Math.min(PIECE_BYTES, source.byteSize() - at);
            ByteBuffer payload = link.payload(PAGES_HEAD_BYTES + count);
            payload.putInt(region).putInt(0).putLong(offset + at);
            FrameLink.put(payload, source, at, count);
            link.send(LinkFrame.Kind.PAGES);
        }
        memoryBytes += source.byteSize();
    }

    /** The guest is paused: what it has to know goes too, and the receiver looks at everything. */
    @Override
    void validate() {
        byte[] state = opened().guest().save();
        FrameLink link = writable();
        link.sendPieces(LinkFrame.Kind.GUEST, MemorySegment.ofArray(state), PIECE_BYTES);
        ByteBuffer ignored = link.payload(3 * Long.BYTES)
                .putLong(memoryBytes)
                .putLong(streamBytes)
                .putLong(state.length);
        link.send(LinkFrame.Kind.VALIDATE);
        requireOk(link);
    }

    @Override
    Takeover takeOver() {
        FrameLink link = opened().link();
        try {
            link.sendEmpty(LinkFrame.Kind.TAKE_OVER);
            Optional<Takeover> answer = answer(link);
            if (answer.isPresent()) {
                return answer.get();
            }
        } catch (LinkLostException e) {
            return ask(e);
        }
        return ask(new LinkLostException("the receiver's answer makes no sense"));
    }

    /** The order may have arrived, or not: only the receiver can say. */
    private Takeover ask(LinkLostException cause) {
        opened().link().close();
        long start = System.nanoTime();
        while (true) {
            Optional<Takeover> answer = askOnce();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() - start > opened().patience().toNanos()) {
                return new Takeover.Unknown(
                        "The connection to the receiver was lost when it was told to take over, and it cannot be"
                                + " reached to ask whether it has. The source stays stopped. Look at the receiver at "
                                + address + ": if it says that move " + id
                                + " has arrived, the guest runs there; if not, and it is stopped, the source may be"
                                + " used again.",
                        cause);
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private Optional<Takeover> askOnce() {
        try (FrameLink link = FrameLink.connect(address, silence)) {
            putId(link.payload(ID_BYTES));
            link.send(LinkFrame.Kind.ASK);
            Optional<Takeover> answer = answer(link);
            if (answer.isPresent()) {
                link.part(LinkFrame.Kind.DONE);
            }
            return answer;
        } catch (LinkLostException e) {
            return Optional.empty();
        }
    }

    private static Optional<Takeover> answer(FrameLink link) {
        LinkFrame reply = link.receive(FrameLink.SMALL_PAYLOAD_BYTES);
        return switch (reply.kind()) {
            case RUNNING -> Optional.of(new Takeover.Taken());
            case NOT_TAKEN ->
                Optional.of(new Takeover.NotTaken(
                        new RefusedByPeerException("the destination did not take over: " + FrameLink.text(reply))));
            case UNKNOWN ->
                Optional.of(new Takeover.Unknown(
                        FrameLink.text(reply), new RefusedByPeerException("the receiver does not know")));
            default -> Optional.empty();
        };
    }

    /** Guest and device are elsewhere. */
    @Override
    void switchOver() {
        opened().guest().left();
        opened().link().part(LinkFrame.Kind.DONE);
    }

    /** No other memory takes its place here; what it held is of no use any more. */
    @Override
    void retire() {
        opened().memory().makeUseless();
    }

    @Override
    void abort() {
        if (opened != null) {
            // Without it the receiver would know by the end of the connection.
            opened.link().part(LinkFrame.Kind.ABORT);
        }
    }
}
