package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.CancelPromise;
import io.vfiouser.nvme.block.Operation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes content, several requests at a time, each with its own copy of the data. What overlaps is done one after the other. The first failure is
 * kept. Control thread only.
 */
final class ContentWriter {
    private static final int REQUESTS = 8;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final class Request extends BlockRequest {
        private @Nullable MemorySegment buffer;
        private @Nullable Landing landing;

        MemorySegment buffer() {
            MemorySegment memory = buffer;
            if (memory == null) {
                // Not freed by hand: a back end that does not answer may have it for longer than anybody waits.
                memory = Arena.ofAuto().allocate(ContentScan.CHUNK_BYTES, 4096);
                buffer = memory;
            }
            return memory;
        }

        boolean overlaps(BlockDevice device, long first, long count) {
            return outstanding()
                    && landing != null
                    && landing.device().equals(device)
                    && (operation() == Operation.FLUSH
                            || (first < firstBlock() + blockCount() && firstBlock() < first + count));
        }

        @Override
        protected void completed(BlockStatus status) {
            Landing where = landing;
            if (where == null) {
                return;
            }
            where.touched().completed(this);
            if (status != BlockStatus.OK && failure == null) {
                failure = operation().hasRange()
                        ? "namespace %d cannot be written at block %d: %s"
                                .formatted(
                                        where.id(),
                                        (failedBlock() == UNKNOWN_BLOCK ? firstBlock() : failedBlock())
                                                / where.deviceBlocks(),
                                        ContentChannels.describe(status))
                        : "namespace %d cannot be made durable: %s"
                                .formatted(where.id(), ContentChannels.describe(status));
            }
        }
    }

    private final ContentChannels channels = new ContentChannels();
    private final List<Request> requests = new ArrayList<>();
    private @Nullable String failure;

    ContentWriter() {
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(new Request());
        }
    }

    /** Writes to blocks of the back end's size; longer data than a chunk in pieces. */
    void write(Landing landing, long firstBlock, MemorySegment data) {
        int blockBytes = landing.device().blockSizeBytes();
        long most = Math.min(
                        ContentScan.CHUNK_BYTES, landing.device().capabilities().maxTransferBytes())
                / blockBytes
                * blockBytes;
        for (long at = 0; at < data.byteSize(); at += most) {
            long bytes = Math.min(most, data.byteSize() - at);
            long first = firstBlock + at / blockBytes;
            Request request = free(landing, first, bytes / blockBytes);
            MemorySegment buffer = request.buffer();
            MemorySegment.copy(data, at, buffer, 0, bytes);
            request.write(first, bytes / blockBytes, false);
            request.data().clear();
            request.data().add(buffer, 0, bytes);
            submit(request, landing);
        }
    }

    /** Whether something is being written there. */
    boolean writes(Landing landing, long firstBlock, long blockCount) {
        return requests.stream().anyMatch(r -> r.overlaps(landing.device(), firstBlock, blockCount));
    }

    /** Zeroes blocks of the back end's size and gives their room back. */
    void zero(Landing landing, long firstBlock, long blockCount) {
        Request request = free(landing, firstBlock, blockCount);
        request.writeZeroes(firstBlock, blockCount, false, true);
        submit(request, landing);
    }

    /** Makes everything durable that was {@linkplain #drain written}. */
    void flush(Landing landing) {
        Request request = free(landing, 0, Long.MAX_VALUE);
        request.flush();
        submit(request, landing);
    }

    /** Waits until all is written. */
    void drain() {
        await(() -> requests.stream().noneMatch(BlockRequest::outstanding));
        check();
    }

    /** Throws if something has failed. */
    void check() {
        if (failure != null) {
            throw new StateRefusedException(failure);
        }
    }

    /** Ends what is under way, and gives the back ends up. */
    void close() {
        var ignored = channels.await(this::cancel, PATIENCE_NANOS);
        channels.close();
    }

    private boolean cancel() {
        boolean idle = true;
        for (Request request : requests) {
            Landing landing = request.landing;
            if (request.outstanding() && landing != null) {
                // Without later effect: somebody may write there next.
                var ignored = channels.of(landing.device()).cancel(request, CancelPromise.WITHOUT_LATER_EFFECT);
                idle &= !request.outstanding();
            }
        }
        return idle;
    }

    private void submit(Request request, Landing landing) {
        request.landing = landing;
        channels.of(landing.device()).submit(request);
        channels.poll();
        check();
    }

    private Request free(Landing landing, long first, long count) {
        await(() -> requests.stream().noneMatch(r -> r.overlaps(landing.device(), first, count))
                && requests.stream().anyMatch(r -> !r.outstanding()));
        check();
        for (Request request : requests) {
            if (!request.outstanding()) {
                return request;
            }
        }
        throw new IllegalStateException("there was a free request a moment ago");
    }

    private void await(BooleanSupplier condition) {
        if (!channels.await(condition, PATIENCE_NANOS)) {
            failure = "the namespaces cannot be written: a back end does not answer";
            check();
        }
    }
}
