package io.vfiouser.nvme.block;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A slow, unreliable device in front of another one: holds requests back for some polls, lets them overtake one another, ends some with an
 * error instead of executing them, and keeps some until it is told to let them go. Everything random comes from a seed.
 *
 * <p>Settings are made before the requests they concern, on any thread. It keeps both cancel promises for what it still holds: held
 * requests were not executed.
 */
public final class FaultInjectingBlockDevice extends WrappingBlockDevice {
    /** Decides about one request. */
    @FunctionalInterface
    public interface Fault {
        /** {@link BlockStatus#OK} to execute it, else how it ends without having been executed. */
        BlockStatus apply(BlockRequest request);
    }

    private final long seed;
    private volatile int longestDelayPolls;
    private volatile Fault fault = r -> BlockStatus.OK;
    private volatile Predicate<BlockRequest> held = r -> false;
    private volatile boolean refusesCancel;

    public FaultInjectingBlockDevice(BlockDevice inner, long seed) {
        super(inner);
        this.seed = seed;
    }

    /** Each request waits for up to this many polls; later ones may overtake it. */
    public FaultInjectingBlockDevice delays(int longestPolls) {
        longestDelayPolls = longestPolls;
        return this;
    }

    /** Ends requests instead of executing them. */
    public FaultInjectingBlockDevice fails(Fault decision) {
        fault = decision;
        return this;
    }

    /** Keeps requests for as long as the predicate is true of them. */
    public FaultInjectingBlockDevice holds(Predicate<BlockRequest> decision) {
        held = decision;
        return this;
    }

    /** Whether it answers {@link CancelResult#IN_PROGRESS} to every attempt to cancel. */
    public FaultInjectingBlockDevice refusesCancel(boolean value) {
        refusesCancel = value;
        return this;
    }

    @Override
    protected void received(BlockRequest request) {}

    @Override
    public BlockCapabilities capabilities() {
        return inner().capabilities().toBuilder().completesInline(false).build();
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        return new Channel(inner().openChannel(waker), waker);
    }

    private static final class Waiting {
        final BlockRequest request;
        int polls;

        Waiting(BlockRequest request, int polls) {
            this.request = request;
            this.polls = polls;
        }
    }

    private final class Channel implements BlockChannel {
        private final BlockChannel channel;
        private final Waker waker;
        private final Random random = new Random(seed);
        private final List<Waiting> waiting = new ArrayList<>();
        private boolean closed;

        Channel(BlockChannel channel, Waker waker) {
            this.channel = channel;
            this.waker = waker;
        }

        @Override
        public void submit(BlockRequest request) {
            if (closed) {
                throw new IllegalStateException("the channel is closed");
            }
            request.begin();
            waiting.add(new Waiting(request, random.nextInt(longestDelayPolls + 1)));
            waker.wakeUp();
        }

        @Override
        public int poll() {
            int completed = channel.poll();
            List<Waiting> due = new ArrayList<>();
            for (Waiting each : waiting) {
                if (each.polls-- <= 0 && !held.test(each.request)) {
                    due.add(each);
                }
            }
            waiting.removeAll(due);
            Collections.shuffle(due, random);
            for (Waiting each : due) {
                BlockStatus status = fault.apply(each.request);
                if (status != BlockStatus.OK) {
                    completed++;
                    each.request.complete(status);
                } else {
                    int before = channel.outstanding();
                    channel.submit(Inner.of(each.request, each.request.attachment()));
                    completed += channel.outstanding() == before ? 1 : 0;
                }
            }
            if (!waiting.isEmpty()) {
                waker.wakeUp();
            }
            return completed;
        }

        @Override
        public CancelResult cancel(BlockRequest request, CancelPromise wanted) {
            if (!request.outstanding()) {
                return CancelResult.NOT_OUTSTANDING;
            }
            if (refusesCancel) {
                return CancelResult.IN_PROGRESS;
            }
            if (waiting.removeIf(w -> w.request.equals(request))) {
                request.complete(BlockStatus.CANCELLED);
                return CancelResult.CANCELLED;
            }
            return request.attachment() instanceof Inner i && i.outer.equals(request)
                    ? channel.cancel(i, wanted)
                    : CancelResult.NOT_OUTSTANDING;
        }

        @Override
        public int outstanding() {
            return waiting.size() + channel.outstanding();
        }

        @Override
        public void close() {
            if (!waiting.isEmpty()) {
                throw new IllegalStateException(waiting.size() + " requests are outstanding");
            }
            channel.close();
            closed = true;
        }
    }
}
