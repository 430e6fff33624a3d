package io.vfiouser.nvme.block;

import org.jspecify.annotations.Nullable;

/** Hands everything on to another device, request by request: what wrappers for tests build on. */
public abstract class WrappingBlockDevice implements BlockDevice {
    private final BlockDevice inner;

    protected WrappingBlockDevice(BlockDevice inner) {
        this.inner = inner;
    }

    /** Sees each request before it is handed on, on the channel's thread. */
    protected abstract void received(BlockRequest request);

    /** Sees each announcement before it is handed on, on the channel's thread. */
    protected void expected(long firstBlock, long blockCount) {}

    /** The wrapped device. */
    public final BlockDevice inner() {
        return inner;
    }

    @Override
    public long blockCount() {
        return inner.blockCount();
    }

    @Override
    public BlockCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public BlockIdentity identity() {
        return inner.identity();
    }

    @Override
    public boolean active() {
        return inner.active();
    }

    @Override
    public void activate() {
        inner.activate();
    }

    @Override
    public void release() {
        inner.release();
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        return new Channel(inner.openChannel(waker));
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        inner.forEachAllocatedExtent(firstBlock, blockCount, visitor);
    }

    @Override
    public void addResizeListener(ResizeListener listener) {
        inner.addResizeListener(listener);
    }

    @Override
    public void removeResizeListener(ResizeListener listener) {
        inner.removeResizeListener(listener);
    }

    @Override
    public void close() {
        inner.close();
    }

    /** What the wrapped device gets in place of the request. */
    static final class Inner extends BlockRequest {
        final BlockRequest outer;

        Inner(BlockRequest outer) {
            this.outer = outer;
        }

        /** The one that was made for this request before, or a new one; described like it. */
        static Inner of(BlockRequest outer, @Nullable Object attachment) {
            Inner inner = attachment instanceof Inner i && i.outer.equals(outer) ? i : new Inner(outer);
            outer.attach(inner);
            inner.data().clear();
            for (int i = 0; i < outer.data().size(); i++) {
                inner.data()
                        .add(
                                outer.data().segment(i),
                                outer.data().offset(i),
                                outer.data().length(i));
            }
            long first = outer.firstBlock();
            long count = outer.blockCount();
            boolean durable = outer.forceUnitAccess();
            switch (outer.operation()) {
                case READ -> inner.read(first, count);
                case WRITE -> inner.write(first, count, durable);
                case FLUSH -> inner.flush();
                case WRITE_ZEROES -> inner.writeZeroes(first, count, durable, outer.mayDeallocate());
                case DEALLOCATE -> inner.deallocate(first, count, durable);
                case VERIFY -> inner.verify(first, count);
            }
            return inner;
        }

        @Override
        protected void completed(BlockStatus status) {
            outer.complete(status, failedBlock());
        }
    }

    private final class Channel implements BlockChannel {
        private final BlockChannel channel;

        Channel(BlockChannel channel) {
            this.channel = channel;
        }

        @Override
        public void submit(BlockRequest request) {
            request.begin();
            received(request);
            channel.submit(Inner.of(request, request.attachment()));
        }

        @Override
        public void expect(BlockRanges upcoming) {
            for (int i = 0; i < upcoming.size(); i++) {
                expected(upcoming.firstBlock(i), upcoming.blockCount(i));
            }
            channel.expect(upcoming);
        }

        @Override
        public int poll() {
            return channel.poll();
        }

        @Override
        public CancelResult cancel(BlockRequest request, CancelPromise wanted) {
            return request.outstanding() && request.attachment() instanceof Inner i && i.outer.equals(request)
                    ? channel.cancel(i, wanted)
                    : CancelResult.NOT_OUTSTANDING;
        }

        @Override
        public int outstanding() {
            return channel.outstanding();
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
