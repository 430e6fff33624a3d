package io.vfiouser.mover;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.VfioUserClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to a receiver: a move, or a question about one. One thread. */
final class ReceivingSession {
    private static final Logger LOG = LoggerFactory.getLogger(ReceivingSession.class);
    private static final int ID_BYTES = 16;
    private static final int REGISTERS = 1;
    private static final int MESSAGES = 2;

    /** Connections are few: one that says nothing is not kept. */
    private static final Duration FIRST_FRAME = Duration.ofSeconds(5);
    /** How long a sender waits for one before it that is leaving. */
    private static final long SEAT_PATIENCE_MILLIS = 500;

    private final FrameLink link;
    private final String peer;
    private final Common common;

    /**
     * What all sessions of a receiver share.
     *
     * @param seat one permit: there is one device, and one guest
     * @param arrivals gets what runs here
     */
    record Common(
            Supplier<VfioUserClient> connect,
            GuestHost host,
            ReceiveOptions options,
            MoveLedger ledger,
            Semaphore seat,
            Consumer<Arrival> arrivals) {}

    ReceivingSession(FrameLink link, String peer, Common common) {
        this.link = link;
        this.peer = peer;
        this.common = common;
    }

    /** Runs to the end of the connection. Throws nothing that comes of what the peer sends. */
    void run() {
        try (link) {
            Duration silence = common.options().silence();
            link.silence(silence.compareTo(FIRST_FRAME) < 0 ? silence : FIRST_FRAME);
            link.requireGreeting();
            LinkFrame first = link.receive(FrameLink.SMALL_PAYLOAD_BYTES);
            if (first.payload().remaining() < ID_BYTES) {
                throw new LinkLostException("a first frame without an id");
            }
            link.silence(silence);
            UUID id = new UUID(first.payload().getLong(), first.payload().getLong());
            switch (first.kind()) {
                case HELLO -> receiveIfPossible(id, first.payload());
                case ASK -> answer(id);
                default -> throw new LinkLostException("a first frame of kind " + first.kind());
            }
        } catch (LinkLostException e) {
            LOG.warn("{}: {}", peer, e.getMessage());
        }
    }

    private void answer(UUID id) {
        Optional<MoveLedger.Fate> fate =
                common.ledger().ask(id, common.options().silence());
        if (fate.isEmpty()) {
            return;
        }
        send(fate.get());
        awaitDone(id);
    }

    private void send(MoveLedger.Fate fate) {
        switch (fate) {
            case MoveLedger.Fate.Running ignored -> link.sendEmpty(LinkFrame.Kind.RUNNING);
            case MoveLedger.Fate.NotTaken(String reason) -> link.sendText(LinkFrame.Kind.NOT_TAKEN, reason);
            case MoveLedger.Fate.Unknown(String explanation) -> link.sendText(LinkFrame.Kind.UNKNOWN, explanation);
            case MoveLedger.Fate.Open ignored -> throw new IllegalStateException("not settled");
            case MoveLedger.Fate.Taking ignored -> throw new IllegalStateException("not settled");
        }
    }

    private void awaitDone(UUID id) {
        if (link.receive(FrameLink.SMALL_PAYLOAD_BYTES).kind() == LinkFrame.Kind.DONE) {
            common.ledger().acknowledge(id);
        }
    }

    private void receiveIfPossible(UUID id, ByteBuffer hello) {
        if (!takeSeat()) {
            refuse("another move is under way, or its guest is still here: try again later");
            return;
        }
        boolean arrived = false;
        try {
            if (common.ledger().open(id, link::close)) {
                arrived = receive(id, hello);
            } else {
                refuse("there was a move of that id before");
            }
        } finally {
            if (!arrived) {
                common.seat().release();
            }
        }
    }

    /** A move that was refused has its answer a moment before it has left. */
    private boolean takeSeat() {
        try {
            return common.seat().tryAcquire(SEAT_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean receive(UUID id, ByteBuffer hello) {
        String reason = "its connection broke before it was told to take over";
        try (Landing landing = new Landing(hello, common.options(), common.host(), common.connect())) {
            reply(landing.side());
            if (!fill(landing, id)) {
                reason = "its sender called it off";
                return false;
            }
            return takeOver(landing, id);
        } catch (LinkLostException e) {
            LOG.warn("the move from {} came to nothing: {}", peer, e.getMessage());
            return false;
        } catch (RuntimeException | OutOfMemoryError e) {
            reason = e.getMessage() == null ? e.toString() : e.getMessage();
            LOG.warn("refused the move from {}: {}", peer, reason);
            refuse(reason);
            return false;
        } finally {
            common.ledger().settle(id, new MoveLedger.Fate.NotTaken(reason));
        }
    }

    private void refuse(String reason) {
        link.sendText(LinkFrame.Kind.REFUSED, reason);
        link.finish();
    }

    private void reply(MoveReport.Side side) {
        ByteBuffer ignored = link.payload(2 * Integer.BYTES)
                .putInt(side.minor())
                .putInt(side.protocol() == MigrationClient.Protocol.REGISTERS ? REGISTERS : MESSAGES);
        link.send(LinkFrame.Kind.OK);
    }

    /** The other end of {@link #reply}. */
    static MoveReport.Side side(LinkFrame reply) {
        ByteBuffer payload = reply.payload();
        if (payload.remaining() != 2 * Integer.BYTES) {
            throw new LinkLostException("an answer to the greeting that makes no sense");
        }
        int minor = payload.getInt();
        int protocol = payload.getInt();
        return switch (protocol) {
            case REGISTERS -> new MoveReport.Side(minor, MigrationClient.Protocol.REGISTERS);
            case MESSAGES -> new MoveReport.Side(minor, MigrationClient.Protocol.MESSAGES);
            default ->
                throw new LinkLostException("a destination of unknown protocol " + Integer.toUnsignedString(protocol));
        };
    }

    /** Takes everything; returns true if it is to take over, false if the move was called off. */
    private boolean fill(Landing landing, UUID id) {
        while (true) {
            LinkFrame frame = link.receive(FrameLink.MAX_PAYLOAD_BYTES);
            switch (frame.kind()) {
                case RESUMING -> {
                    landing.resuming();
                    link.sendEmpty(LinkFrame.Kind.OK);
                }
                case PAGES -> landing.pages(frame.payload());
                case STREAM -> landing.stream(frame.payload());
                case GUEST -> landing.guest(frame.payload());
                case VALIDATE -> {
                    landing.validate(frame.payload());
                    common.ledger().owe(id);
                    link.sendEmpty(LinkFrame.Kind.OK);
                }
                case ABORT -> {
                    common.ledger().acknowledge(id);
                    return false;
                }
                case TAKE_OVER -> {
                    if (!landing.validated()) {
                        throw new IllegalArgumentException("told to take over what was not checked");
                    }
                    return true;
                }
                default -> throw new IllegalArgumentException("a frame " + frame.kind() + " in the middle of a move");
            }
        }
    }

    /** Whether the device runs here. */
    private boolean takeOver(Landing landing, UUID id) {
        if (!common.ledger().beginTaking(id)) {
            return false;
        }
        MoveLedger.Fate fate = new MoveLedger.Fate.Unknown("The receiver failed when it took over.");
        boolean running = false;
        try {
            switch (landing.takeOver()) {
                case Takeover.Taken ignored -> {
                    running = true;
                    fate = new MoveLedger.Fate.Unknown(
                            "The device runs at the destination, but its guest could not go on there.");
                    Arrival arrival = landing.goOn(id, peer, common.seat()::release);
                    fate = new MoveLedger.Fate.Running();
                    common.arrivals().accept(arrival);
                }
                case Takeover.NotTaken(Throwable cause) ->
                    fate = new MoveLedger.Fate.NotTaken(String.valueOf(cause.getMessage()));
                case Takeover.Unknown(String explanation, Throwable ignored) ->
                    fate = new MoveLedger.Fate.Unknown(explanation);
            }
        } catch (RuntimeException e) {
            LOG.error("the move from {} failed when it was taken over", peer, e);
        } finally {
            common.ledger().settle(id, fate);
        }
        tell(id, fate);
        return running;
    }

    /** A connection that breaks now changes nothing: the sender asks again. */
    private void tell(UUID id, MoveLedger.Fate fate) {
        try {
            send(fate);
            awaitDone(id);
        } catch (LinkLostException e) {
            LOG.warn("{} may not know what became of its move, and will ask: {}", peer, e.getMessage());
        }
    }
}
