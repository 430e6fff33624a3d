package io.vfiouser.mover;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.function.LongConsumer;

/** Copies stream and memory from source to destination, and measures how fast that goes. */
final class Copier implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long FIRST_ROOM_BYTES = 32 << 10;

    private final SourceDevice source;
    private final MoveTarget target;
    private final MoveOptions options;
    private final MoveRecorder recorder;
    private final LongConsumer beforeChunk;
    private final Runnable stillWanted;
    private final RateLimit limit;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer;
    private final OutputStream kept;
    private long streamBytes;
    private long copiedBytes;
    private long busyNanos;

    /**
     * Opens the file that keeps the stream, if one is wanted.
     *
     * @param beforeChunk told of every piece; ends the copying by throwing
     * @param stillWanted called while waiting for the rate limit; ends the copying by throwing
     */
    Copier(
            SourceDevice source,
            MoveTarget target,
            MoveOptions options,
            MoveRecorder recorder,
            LongConsumer beforeChunk,
            Runnable stillWanted) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.recorder = recorder;
        this.beforeChunk = beforeChunk;
        this.stillWanted = stillWanted;
        this.limit = new RateLimit(options.liveBytesPerSecond());
        this.kept = open(options);
        this.buffer = arena.allocate(source.roomBytes(options.chunkBytes()));
    }

    private static OutputStream open(MoveOptions options) {
        if (options.keepStream().isEmpty()) {
            return OutputStream.nullOutputStream();
        }
        try {
            return Files.newOutputStream(options.keepStream().get());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the stream", e);
        }
    }

    /**
     * Copies the stream until the source has no more: for now in pre-copy, for good later.
     *
     * @return how many bytes there were
     */
    long stream(boolean live) {
        long start = recorder.now();
        long slept = limit.sleptNanos();
        long total = 0;
        boolean more = true;
        // Servers of version 2 send as much as is asked for, however little of it is state.
        long room =
                live || source.wantsWholePieces() ? buffer.byteSize() : Math.min(FIRST_ROOM_BYTES, buffer.byteSize());
        while (more) {
            beforeChunk.accept(room);
            int count = source.read(buffer.asSlice(0, room));
            more = source.goesOnAfter(count, room, live);
            room = Math.min(2 * room, buffer.byteSize());
            if (count > 0) {
                total += count;
                pass(buffer.asSlice(0, count));
                if (live) {
                    limit.await(count, stillWanted);
                }
            }
        }
        measure(total, recorder.now() - start - (limit.sleptNanos() - slept));
        recorder.pass(live, start, total);
        return total;
    }

    private void pass(MemorySegment piece) {
        streamBytes += piece.byteSize();
        if (streamBytes > options.maxStreamBytes()) {
            throw new IllegalStateException("the device's stream is longer than " + options.maxStreamBytes()
                    + " bytes and may have no end; allow more if the device is so large");
        }
        target.writeStream(piece);
        if (options.keepStream().isPresent()) {
            try {
                kept.write(piece.toArray(ValueLayout.JAVA_BYTE));
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "cannot keep the stream in " + options.keepStream().get(), e);
            }
        }
    }

    /** Copies the pages that have yet to be copied. */
    void memory(MemoryMove move, boolean live) {
        long start = recorder.now();
        long slept = limit.sleptNanos();
        long pages = move.pendingPages();
        move.copyPending(
                options.chunkBytes(),
                (region, offset, from) -> {
                    target.writePages(region, offset, from);
                    if (live) {
                        limit.await(from.byteSize(), stillWanted);
                    }
                },
                beforeChunk);
        measure(pages * GuestRegion.PAGE_BYTES, recorder.now() - start - (limit.sleptNanos() - slept));
        recorder.round(live, start, pages);
    }

    private void measure(long bytes, long nanos) {
        copiedBytes += bytes;
        busyNanos += Math.max(nanos, 0);
    }

    /** How long it takes to copy that much without a limit, as far as can be told from what was copied so far. */
    long predictNanos(long bytes) {
        if (bytes == 0) {
            return 0;
        }
        return copiedBytes == 0 ? Long.MAX_VALUE : (long) ((double) bytes / copiedBytes * busyNanos);
    }

    /** How fast it was so far. */
    double bytesPerSecond() {
        return busyNanos == 0 ? 0 : copiedBytes * NANOS_PER_SECOND / busyNanos;
    }

    /** The stream has ended, and what was kept of it is complete. */
    void streamEnded() {
        try {
            kept.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the stream", e);
        }
    }

    @Override
    public void close() {
        arena.close();
        try {
            kept.close();
        } catch (IOException e) {
            // It was closed with success before if the stream came to its end; the rest of one that did not is of no
            // use.
            return;
        }
    }
}
