package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.ContentReader.Piece;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the content of namespaces while their guest may go on writing: what is allocated, then, pass by pass, what was changed since. The first
 * frames are the {@link Frame.Namespace}s, the last one of each pass is a {@link Frame.PassEnd}; then there is none for once, even if
 * another pass follows. Blocks of zeroes become {@link Frame.Zeroes}.
 *
 * <p>It is made while nothing changes the namespaces, since it begins to note changes, and {@linkplain #close() closed} in any case. Control
 * thread only.
 */
public final class NamespaceSender implements FrameSource, AutoCloseable {
    /** How long a guest's other business waits for a slow back end. */
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How long a back end may not answer once the guest waits for the end. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final List<ContentSource> sources;
    private final Supplier<Optional<String>> disturbance;
    private final ContentChannels channels = new ContentChannels();
    private final ContentReader reader = new ContentReader(channels);
    private final ContentScan scan;
    private final Queue<Frame> frames = new ArrayDeque<>();
    private @Nullable Piece handedOut;
    private int pass = 1;
    private boolean scanned;
    /** Between two passes, there is none for once. */
    private boolean pausing;

    private boolean finishing;
    private boolean complete;
    private boolean closed;

    /**
     * Begins to note changes.
     *
     * @param sources in the order in which they are to be sent
     * @param disturbance what has happened to the namespaces, in a sentence, that makes a copy worthless
     */
    public NamespaceSender(List<ContentSource> sources, Supplier<Optional<String>> disturbance) {
        this.sources = List.copyOf(sources);
        this.disturbance = disturbance;
        this.scan = new ContentScan(this.sources);
        for (ContentSource source : sources) {
            source.changes().start(source.device().blockCount());
            frames.add(new Frame.Namespace(source.id(), source.blockBytes(), source.blockCount()));
        }
    }

    /**
     * The next frame. Null at the end of a pass, while nothing has changed since, or if a back end takes its time: ask again. Before {@link #finish}
     * it waits for milliseconds at most.
     *
     * @throws StateRefusedException if a namespace cannot be read, or is not what it was; there is no more to come
     */
    @Override
    public @Nullable Frame next() {
        if (closed) {
            throw new IllegalStateException("the sender is closed");
        }
        giveBack();
        disturbance.get().ifPresent(what -> {
            // At once: who deletes a namespace waits for that.
            close();
            throw new StateRefusedException(what + " while the namespaces were being copied: try again");
        });
        while (frames.isEmpty()) {
            if (complete || takesABreak() || !readSome()) {
                return null;
            }
        }
        return frames.remove();
    }

    /** The guest has stopped: what follows is the rest, up to the last change. */
    public void finish() {
        finishing = true;
    }

    /** Whether everything was sent, after {@link #finish}. */
    public boolean complete() {
        return complete && frames.isEmpty();
    }

    /** About how many bytes are still to be sent if nothing changes any more; in the first pass, with all holes that are ahead. */
    public long remainingBytes() {
        long bytes = complete ? 0 : scan.remainingBytes();
        for (ContentSource source : sources) {
            long changed = source.changes().changedBlocks() * source.device().blockSizeBytes();
            bytes = ContentScan.saturated(bytes, changed);
        }
        return bytes;
    }

    /** The number of the pass under way, from 1. */
    public int pass() {
        return pass;
    }

    /** Notes no more changes, and gives the back ends up. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        var ignored = channels.await(reader::cancel, PATIENCE_NANOS);
        channels.close();
        sources.forEach(source -> source.changes().stop());
    }

    private void giveBack() {
        Piece piece = handedOut;
        if (piece != null && frames.isEmpty()) {
            reader.giveBack(piece);
            handedOut = null;
        }
    }

    private boolean takesABreak() {
        if (pausing && !finishing) {
            pausing = false;
            return true;
        }
        return false;
    }

    /** Returns whether there may be frames. */
    private boolean readSome() {
        if (scanned && reader.isEmpty()) {
            return beginPass();
        }
        while (!scanned && reader.hasRoom()) {
            ContentScan.Range range = scan.next();
            if (range == null) {
                scanned = true;
            } else {
                reader.read(range);
            }
        }
        if (reader.isEmpty()) {
            endPass();
            return true;
        }
        Piece piece = reader.next(finishing ? PATIENCE_NANOS : WAIT_NANOS);
        if (piece == null) {
            if (finishing) {
                throw new StateRefusedException("the namespaces cannot be read: a back end does not answer");
            }
            return false;
        }
        handedOut = piece;
        split(piece);
        if (scanned && reader.isEmpty()) {
            endPass();
        }
        return true;
    }

    private void endPass() {
        frames.add(new Frame.PassEnd(pass));
        pausing = true;
    }

    private boolean beginPass() {
        boolean changed = sources.stream().anyMatch(source -> source.changes().changedBlocks() > 0);
        if (!changed) {
            complete = finishing;
            return false;
        }
        pass++;
        scanned = false;
        scan.again();
        return true;
    }

    private void split(Piece piece) {
        ContentSource source = piece.range().source();
        long block = piece.range().firstBlock() / source.deviceBlocks();
        MemorySegment data = piece.content();
        ZeroRuns.forEach(data, Math.max(source.blockBytes(), ZeroRuns.SHORTEST_BYTES), (zero, offset, length) -> {
            long first = block + offset / source.blockBytes();
            frames.add(
                    zero
                            ? new Frame.Zeroes(source.id(), first, length / source.blockBytes())
                            : new Frame.Data(
                                    source.id(),
                                    first,
                                    data.asSlice(offset, length).asReadOnly()));
        });
    }
}
