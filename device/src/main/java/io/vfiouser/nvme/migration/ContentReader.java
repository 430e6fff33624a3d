package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.CancelPromise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pieces of namespaces, some ahead, and hands them out in order. Control thread only. */
final class ContentReader {
    /** One is handed out while the others are read. */
    private static final int PIECES = 3;

    /** What was read. Valid until it is given back. */
    static final class Piece extends BlockRequest {
        private final MemorySegment buffer;
        private ContentScan.@Nullable Range range;
        private BlockStatus status = BlockStatus.OK;

        private Piece(MemorySegment buffer) {
            this.buffer = buffer;
        }

        ContentScan.Range range() {
            ContentScan.Range present = range;
            if (present == null) {
                throw new IllegalStateException("nothing was read");
            }
            return present;
        }

        MemorySegment content() {
            return buffer.asSlice(
                    0, range().blockCount() * range().source().device().blockSizeBytes());
        }

        @Override
        protected void completed(BlockStatus outcome) {
            status = outcome;
        }
    }

    private final ContentChannels channels;
    private final Deque<Piece> free = new ArrayDeque<>();
    private final Deque<Piece> ahead = new ArrayDeque<>();
    private final List<Piece> all = new ArrayList<>();

    ContentReader(ContentChannels channels) {
        this.channels = channels;
        for (int i = 0; i < PIECES; i++) {
            // Not freed by hand: a back end that does not answer may have it for longer than anybody waits.
            Piece piece = new Piece(Arena.ofAuto().allocate(ContentScan.CHUNK_BYTES, 4096));
            free.add(piece);
            all.add(piece);
        }
    }

    /** Whether another may be read ahead. */
    boolean hasRoom() {
        return !free.isEmpty();
    }

    /** Whether something is read or to be handed out. */
    boolean isEmpty() {
        return ahead.isEmpty();
    }

    void read(ContentScan.Range range) {
        Piece piece = free.remove();
        piece.range = range;
        MemorySegment memory = piece.content();
        // Not every back end stores something there.
        memory.fill((byte) 0);
        BlockRequest request = piece.read(range.firstBlock(), range.blockCount());
        request.data().clear();
        request.data().add(memory, 0, memory.byteSize());
        ahead.add(piece);
        channels.of(range.source().device()).submit(piece);
    }

    /**
     * The oldest piece, to be {@linkplain #giveBack given back}; null if it is not there within the time.
     *
     * @throws StateRefusedException if it cannot be read
     */
    @Nullable
    Piece next(long waitNanos) {
        Piece piece = ahead.element();
        if (!channels.await(() -> !piece.outstanding(), waitNanos)) {
            return null;
        }
        ahead.remove();
        if (piece.status != BlockStatus.OK) {
            ContentSource source = piece.range().source();
            long failed = piece.failedBlock() == BlockRequest.UNKNOWN_BLOCK
                    ? piece.range().firstBlock()
                    : piece.failedBlock();
            throw new StateRefusedException("namespace %d cannot be read at block %d: %s"
                    .formatted(source.id(), failed / source.deviceBlocks(), ContentChannels.describe(piece.status)));
        }
        return piece;
    }

    void giveBack(Piece piece) {
        free.add(piece);
    }

    /** Whether nothing is under way any more; what is left is not wanted. */
    boolean cancel() {
        for (Piece piece : all) {
            if (piece.outstanding()) {
                BlockChannel channel = channels.of(piece.range().source().device());
                var ignored = channel.cancel(piece, CancelPromise.DETACHED);
            }
        }
        return all.stream().noneMatch(BlockRequest::outstanding);
    }
}
