package io.vfiouser.nvme.testing;

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
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A back end that completes nothing until the test says so, or fails what the test wants to fail, and remembers what it was asked for. Any
 * thread may do that.
 */
public final class HeldBlockDevice implements BlockDevice {
    /** A request as it arrived. */
    public record Seen(Operation operation, long firstBlock, long blockCount, boolean durable, boolean deallocate) {}

    private static final int BLOCK_BYTES = 512;

    private final MemorySegment bytes;
    private final BlockIdentity identity = BlockIdentity.random();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<ResizeListener> listeners = new CopyOnWriteArrayList<>();
    private volatile long blocks;
    private int mayComplete;
    private BlockStatus outcome = BlockStatus.OK;
    private Function<CancelPromise, CancelResult> answer = wanted -> CancelResult.IN_PROGRESS;
    private Runnable whenAsked = () -> {};
    private boolean active;
    private int outstanding;
    private int cancelled;
    private final int usefulDepth;

    public HeldBlockDevice(int blocks) {
        this(blocks, Integer.MAX_VALUE);
    }

    /** One that says how many requests it has a use for. */
    public HeldBlockDevice(int blocks, int usefulDepth) {
        this.blocks = blocks;
        this.usefulDepth = usefulDepth;
        this.bytes = MemorySegment.ofArray(new byte[blocks * BLOCK_BYTES]);
    }

    /** Lets this many requests complete from now on. */
    public synchronized HeldBlockDevice release(int requests) {
        mayComplete += requests;
        return this;
    }

    /** Lets every request complete from now on. */
    public synchronized HeldBlockDevice releaseAll() {
        mayComplete = Integer.MAX_VALUE / 2;
        return this;
    }

    /** How requests end that complete from now on. */
    public synchronized void outcome(BlockStatus status) {
        outcome = status;
    }

    /**
     * How it answers from now on when it is to take a request back; {@link CancelResult#IN_PROGRESS} if nothing else is said. What it
     * answers it does: a write that is detached is executed with the data of that moment.
     */
    public synchronized void answers(Function<CancelPromise, CancelResult> decision) {
        answer = decision;
    }

    /** Runs from now on, on the poller's thread, whenever a request arrives. */
    public synchronized void whenAsked(Runnable action) {
        whenAsked = action;
    }

    /** How many requests were taken back. */
    public synchronized int cancelled() {
        return cancelled;
    }

    /** A byte of the medium. */
    public synchronized byte at(long block) {
        return bytes.get(ValueLayout.JAVA_BYTE, block * BLOCK_BYTES);
    }

    public List<Seen> seen() {
        return seen;
    }

    public synchronized int outstanding() {
        return outstanding;
    }

    public void resize(long newBlocks) {
        long old = blocks;
        blocks = newBlocks;
        listeners.forEach(listener -> listener.resized(this, old, newBlocks));
    }

    @Override
    public synchronized long blockCount() {
        return blocks;
    }

    @Override
    public BlockCapabilities capabilities() {
        return BlockCapabilities.builder("held", BLOCK_BYTES)
                .completesInline(false)
                .usefulDepth(usefulDepth)
                .volatileCache(true)
                .deallocate(true)
                .build();
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
        active = true;
    }

    @Override
    public void release() {
        active = false;
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        return new Channel();
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {}

    @Override
    public void addResizeListener(ResizeListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeResizeListener(ResizeListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void close() {}

    private final class Channel implements BlockChannel {
        private final List<BlockRequest> held = new ArrayList<>();
        /** The data of those that are detached. */
        private final Map<BlockRequest, MemorySegment> detached = new HashMap<>();

        @Override
        public void submit(BlockRequest request) {
            synchronized (HeldBlockDevice.this) {
                take(request);
            }
        }

        private void take(BlockRequest request) {
            request.begin();
            outstanding++;
            seen.add(new Seen(
                    request.operation(),
                    request.firstBlock(),
                    request.blockCount(),
                    request.forceUnitAccess(),
                    request.mayDeallocate()));
            whenAsked.run();
            held.add(request);
        }

        @Override
        public int poll() {
            synchronized (HeldBlockDevice.this) {
                return completeSome();
            }
        }

        private int completeSome() {
            int count = 0;
            while (!held.isEmpty() && mayComplete > 0) {
                mayComplete--;
                BlockRequest request = held.removeFirst();
                outstanding--;
                count++;
                if (outcome == BlockStatus.OK) {
                    move(request);
                }
                request.complete(outcome);
            }
            return count;
        }

        private void move(BlockRequest request) {
            MemorySegment own = detached.remove(request);
            if (own != null) {
                if (request.operation() == Operation.WRITE) {
                    MemorySegment.copy(own, 0, bytes, request.firstBlock() * BLOCK_BYTES, own.byteSize());
                }
            } else if (request.operation() == Operation.READ) {
                request.data().copyFrom(bytes, request.firstBlock() * BLOCK_BYTES);
            } else if (request.operation() == Operation.WRITE) {
                request.data().copyTo(bytes, request.firstBlock() * BLOCK_BYTES);
            }
        }

        @Override
        public CancelResult cancel(BlockRequest request, CancelPromise wanted) {
            synchronized (HeldBlockDevice.this) {
                if (!request.outstanding()) {
                    return CancelResult.NOT_OUTSTANDING;
                }
                CancelResult result = answer.apply(wanted);
                if (result == CancelResult.CANCELLED) {
                    held.removeIf(r -> r.equals(request));
                    detached.remove(request);
                    outstanding--;
                    cancelled++;
                    request.complete(BlockStatus.CANCELLED);
                } else if (result == CancelResult.DETACHED) {
                    MemorySegment copy =
                            MemorySegment.ofArray(new byte[(int) request.data().totalBytes()]);
                    if (request.operation() == Operation.WRITE) {
                        request.data().copyTo(copy, 0);
                    }
                    detached.put(request, copy);
                }
                return result;
            }
        }

        @Override
        public int outstanding() {
            return held.size();
        }

        @Override
        public void close() {
            if (!held.isEmpty()) {
                throw new IllegalStateException(held.size() + " requests are outstanding");
            }
        }
    }
}
