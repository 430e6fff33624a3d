package io.vfiouser.nvme;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.CancelPromise;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.ExtentVisitor;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.ResizeListener;
import io.vfiouser.nvme.block.Waker;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A back end that keeps what the guest asks for as long as it is told to, and answers as it is told to when it is to let go. What others ask for,
 * such as who copies the content, it does at once. One thread.
 */
final class ModelDisk implements BlockDevice {
    /** What it does with a request that is asked back. */
    enum Answer {
        /** It gives it back, without effect. */
        GIVES_BACK,
        /** It goes on without the guest's memory. */
        DETACHES,
        /** It keeps it. */
        KEEPS;

        Answer next() {
            return switch (this) {
                case GIVES_BACK -> DETACHES;
                case DETACHES -> KEEPS;
                case KEEPS -> GIVES_BACK;
            };
        }
    }

    private static final BlockCapabilities CAPABILITIES = BlockCapabilities.builder("model", ModelMedium.BLOCK_BYTES)
            .completesInline(false)
            .volatileCache(true)
            .deallocate(true)
            .build();

    private static final class Held {
        private final BlockRequest request;
        private final Answer answer;
        /** The data of one that is detached. */
        private @Nullable MemorySegment own;

        Held(BlockRequest request, Answer answer) {
            this.request = request;
            this.answer = answer;
        }
    }

    private final ModelMedium medium;
    private final BlockIdentity identity;
    private final List<Held> held = new ArrayList<>();
    private @Nullable Answer holding;
    private boolean active;
    private boolean guestHasChannel;
    private int guestRequests;

    ModelDisk(ModelMedium medium, BlockIdentity identity) {
        this.medium = medium;
        this.identity = identity;
    }

    /** Keeps what the guest asks for from now on. */
    void hold(Answer answer) {
        holding = answer;
    }

    /** Lets everything end at the next poll, and keeps nothing more. */
    void letGo() {
        holding = null;
    }

    boolean holding() {
        return holding != null;
    }

    /** Whether it gives back whatever it has, and what comes. */
    boolean givesBack() {
        return !keepsAnything() && (holding == null || holding == Answer.GIVES_BACK);
    }

    /** Whether it has something that it does not give back. */
    boolean keepsAnything() {
        return holding() && held.stream().anyMatch(each -> each.answer != Answer.GIVES_BACK);
    }

    /** Whether it has something whose memory it does not do without. */
    boolean keepsMemory() {
        return holding()
                && held.stream()
                        .anyMatch(each -> each.answer == Answer.KEEPS
                                && each.request.operation().hasData());
    }

    /** How many requests of the guest have come since the last call. */
    int takeGuestRequests() {
        int count = guestRequests;
        guestRequests = 0;
        return count;
    }

    @Override
    public long blockCount() {
        return ModelMedium.BLOCKS;
    }

    @Override
    public BlockCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public BlockIdentity identity() {
        return identity;
    }

    @Override
    public boolean active() {
        return active;
    }

    @Override
    public void activate() {
        medium.lock(this);
        active = true;
    }

    @Override
    public void release() {
        active = false;
        medium.unlock(this);
    }

    /** The first is the guest's: its poller opens it as the controller is made. */
    @Override
    public BlockChannel openChannel(Waker waker) {
        boolean guests = !guestHasChannel;
        guestHasChannel = true;
        return new Channel(guests);
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        var ignored = visitor.extent(firstBlock, blockCount);
    }

    @Override
    public void addResizeListener(ResizeListener listener) {}

    @Override
    public void removeResizeListener(ResizeListener listener) {}

    @Override
    public void close() {
        release();
    }

    private final class Channel implements BlockChannel {
        private final boolean guests;
        private final List<BlockRequest> begun = new ArrayList<>();

        Channel(boolean guests) {
            this.guests = guests;
        }

        @Override
        public void submit(BlockRequest request) {
            request.begin();
            Answer answer = holding;
            if (guests) {
                guestRequests++;
            }
            if (guests && answer != null) {
                held.add(new Held(request, answer));
            } else {
                begun.add(request);
            }
        }

        @Override
        public int poll() {
            int count = 0;
            while (!begun.isEmpty()) {
                end(begun.removeFirst(), null);
                count++;
            }
            while (guests && holding == null && !held.isEmpty()) {
                Held next = held.removeFirst();
                end(next.request, next.own);
                count++;
            }
            return count;
        }

        private void end(BlockRequest request, @Nullable MemorySegment own) {
            BlockStatus status =
                    active ? request.check(ModelMedium.BLOCK_BYTES, ModelMedium.BLOCKS, false) : BlockStatus.NOT_ACTIVE;
            if (status == BlockStatus.OK) {
                move(request, own);
            }
            request.complete(status);
        }

        private void move(BlockRequest request, @Nullable MemorySegment own) {
            MemorySegment content = medium.content();
            long at = request.firstBlock() * ModelMedium.BLOCK_BYTES;
            Operation operation = request.operation();
            if (operation == Operation.WRITE && own != null) {
                MemorySegment.copy(own, 0, content, at, own.byteSize());
            } else if (operation == Operation.WRITE) {
                request.data().copyTo(content, at);
            } else if (operation == Operation.READ && own == null) {
                request.data().copyFrom(content, at);
            } else if (operation == Operation.WRITE_ZEROES) {
                content.asSlice(at, request.blockCount() * ModelMedium.BLOCK_BYTES)
                        .fill((byte) 0);
            }
        }

        @Override
        public CancelResult cancel(BlockRequest request, CancelPromise wanted) {
            for (Held each : held) {
                if (guests && each.request.equals(request)) {
                    return cancel(each, wanted);
                }
            }
            return begun.contains(request) ? CancelResult.IN_PROGRESS : CancelResult.NOT_OUTSTANDING;
        }

        private CancelResult cancel(Held it, CancelPromise wanted) {
            if (it.answer == Answer.GIVES_BACK) {
                held.removeIf(each -> each.request.equals(it.request));
                it.request.complete(BlockStatus.CANCELLED);
                return CancelResult.CANCELLED;
            }
            if (it.answer == Answer.KEEPS || wanted != CancelPromise.DETACHED) {
                return CancelResult.IN_PROGRESS;
            }
            if (it.own == null) {
                MemorySegment own =
                        MemorySegment.ofArray(new byte[(int) it.request.data().totalBytes()]);
                if (it.request.operation() == Operation.WRITE) {
                    it.request.data().copyTo(own, 0);
                }
                it.own = own;
            }
            return CancelResult.DETACHED;
        }

        @Override
        public int outstanding() {
            return begun.size() + (guests ? held.size() : 0);
        }

        @Override
        public void close() {
            if (outstanding() > 0) {
                throw new IllegalStateException("requests are outstanding");
            }
        }
    }
}
