package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.EventFd;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An I/O submission and completion queue of a {@link NvmeDriver}. One thread at a time: it submits, rings and polls. Submissions
 * return false when {@link #depth} commands are in flight; they reach the controller with the next {@link #ring} or
 * {@link #poll}, so that a batch costs one doorbell.
 *
 * <p>Submitting and polling allocate nothing. Transfers longer than {@link NvmeDriver#maximumTransferBytes} are refused here.
 */
public final class IoQueue {

    private static final Duration LONGEST_SLEEP = Duration.ofMillis(20);

    private final QueuePair pair;
    private final @Nullable EventFd interrupt;
    private final long maximumTransferBytes;
    private final GuestThreads threads;
    private final PollPause pause = new PollPause();
    /** The thread that used the queue last. */
    private @Nullable GuestThread user;

    IoQueue(QueuePair pair, @Nullable EventFd interrupt, long maximumTransferBytes, GuestThreads threads) {
        this.threads = threads;
        this.pair = pair;
        this.interrupt = interrupt;
        this.maximumTransferBytes = maximumTransferBytes;
    }

    /** The queue identifier, from 1. */
    public int id() {
        return pair.queueId();
    }

    /** Commands in flight at most. */
    public int depth() {
        return pair.depth();
    }

    /** Commands in flight, those not yet rung among them. */
    public int outstanding() {
        return pair.outstanding();
    }

    /** The tags of the commands in flight, in no order. */
    public long[] tagsInFlight() {
        return pair.tagsInFlight();
    }

    /** Submits Read of {@code blocks} logical blocks ({@code lengthBytes} bytes) into guest memory at {@code iova}. */
    public boolean read(int namespaceId, long lba, int blocks, long iova, int lengthBytes, long tag) {
        return transfer(NvmOpcode.READ, namespaceId, lba, blocks - 1, iova, lengthBytes, tag);
    }

    /** Submits Write; {@code forceUnitAccess}: complete only when the data are on the medium. */
    public boolean write(
            int namespaceId, long lba, int blocks, long iova, int lengthBytes, boolean forceUnitAccess, long tag) {
        int cdw12 = blocks - 1 | (forceUnitAccess ? IoCommand.FUA : 0);
        return transfer(NvmOpcode.WRITE, namespaceId, lba, cdw12, iova, lengthBytes, tag);
    }

    /** Submits Flush. */
    public boolean flush(int namespaceId, long tag) {
        GuestThread entered = enter();
        try {
            int commandId = pair.begin(tag, true);
            if (commandId == QueuePair.FULL) {
                return false;
            }
            IoCommand.flush(pair.submissions(), pair.slotOffset(), commandId, namespaceId);
            pair.commit();
            return true;
        } finally {
            leave(entered);
        }
    }

    /** Enters the guest where its user has not: null if it has, which costs next to nothing. */
    private @Nullable GuestThread enter() {
        GuestThread known = user;
        if (known != null && known.isInsideHere()) {
            return null;
        }
        GuestThread entered = threads.enter();
        user = entered;
        return entered;
    }

    private static void leave(@Nullable GuestThread entered) {
        if (entered != null) {
            entered.close();
        }
    }

    /** Submits any command. */
    public boolean submit(NvmeCommand command, long tag) {
        GuestThread entered = enter();
        try {
            int commandId = pair.begin(tag, true);
            if (commandId == QueuePair.FULL) {
                return false;
            }
            command.putInto(pair, commandId);
            return true;
        } finally {
            leave(entered);
        }
    }

    /**
     * Submits two commands next to one another as a fused operation, of which they become the first and the second. Base 2.1, section
     * 3.4.2. The controller hears of both at once.
     *
     * @return false, and nothing is submitted, if there is no room for both
     */
    public boolean submitFused(NvmeCommand first, NvmeCommand second, long firstTag, long secondTag) {
        if (pair.depth() - pair.outstanding() < 2) {
            return false;
        }
        submit(first.fused(SubmissionEntry.FUSE_FIRST), firstTag);
        submit(second.fused(SubmissionEntry.FUSE_SECOND), secondTag);
        return true;
    }

    private boolean transfer(int opcode, int namespaceId, long lba, int cdw12, long iova, int lengthBytes, long tag) {
        if (lengthBytes > maximumTransferBytes) {
            throw new IllegalArgumentException(
                    lengthBytes + " bytes in one command; the controller takes " + maximumTransferBytes);
        }
        GuestThread entered = enter();
        try {
            int commandId = pair.begin(tag, true);
            if (commandId == QueuePair.FULL) {
                return false;
            }
            if (opcode == NvmOpcode.WRITE) {
                pair.dataWritten(iova, lengthBytes);
            }
            long prp2 = pair.prp2(commandId, iova, lengthBytes);
            SubmissionEntry.write(
                    pair.submissions(), pair.slotOffset(), opcode, commandId, namespaceId, iova, prp2, lba, cdw12, 0);
            pair.commit();
            return true;
        } finally {
            leave(entered);
        }
    }

    /** Tells the controller of everything submitted since the last time. */
    public void ring() {
        GuestThread entered = enter();
        try {
            pair.ring();
        } finally {
            leave(entered);
        }
    }

    /** How long a command may take from now on instead of {@link DriverOptions#timeout}; while the guest is paused no time passes. */
    public void timeout(Duration longest) {
        pair.timeoutMillis(longest.toMillis());
    }

    /**
     * Rings, then hands over what has completed without waiting. Stands here first while the guest is paused.
     *
     * @return how many completions were handed over
     * @throws NvmeTimeoutException if a command has waited longer than {@link DriverOptions#timeout}
     * @throws NvmeDisconnectedException if the server is gone, within a tenth of a second
     * @throws NvmeProtocolException if the controller completed what was not submitted
     */
    public int poll(CompletionHandler handler) {
        return poll(handler, Integer.MAX_VALUE);
    }

    /** Like {@link #poll(CompletionHandler)}, with at most {@code limit} completions. */
    public int poll(CompletionHandler handler, int limit) {
        threads.safePoint();
        GuestThread entered = enter();
        try {
            return pair.poll(handler, limit);
        } finally {
            leave(entered);
        }
    }

    /**
     * Rings, then waits for at least one completion: asleep where the driver was attached with interrupts, polling otherwise.
     *
     * @return how many completions were handed over; 0 if the time ran out or nothing is in flight
     */
    public int await(CompletionHandler handler, Duration timeout) {
        long deadline = threads.unpausedNanoTime() + timeout.toNanos();
        pause.reset();
        while (true) {
            int done = poll(handler, Integer.MAX_VALUE);
            if (done > 0 || pair.outstanding() == 0) {
                return done;
            }
            long left = deadline - threads.unpausedNanoTime();
            if (left <= 0) {
                return 0;
            }
            if (interrupt != null) {
                threads.beforeSleep();
                interrupt.await(left < LONGEST_SLEEP.toNanos() ? Duration.ofNanos(left) : LONGEST_SLEEP);
                threads.afterSleep();
                // Signalled after the completion was written: what is drained here is polled for next.
                interrupt.drain();
            } else {
                pause.pause();
            }
        }
    }

    /** Submits a command and waits for it. Nothing else may be in flight on the queue. */
    public NvmeCompletion execute(NvmeCommand command) {
        if (pair.outstanding() != 0) {
            throw new IllegalStateException(pair.outstanding() + " commands are in flight on queue " + id());
        }
        Single single = new Single();
        submit(command, 0);
        while (single.completion == null) {
            await(single, LONGEST_SLEEP);
        }
        return single.completion;
    }

    /**
     * Like {@link #execute}.
     *
     * @throws NvmeCommandException if the status is not success
     */
    public NvmeCompletion executeSuccessfully(NvmeCommand command) {
        NvmeCompletion completion = execute(command);
        if (!completion.successful()) {
            throw new NvmeCommandException(command.name(), completion);
        }
        return completion;
    }

    /** Submits two commands as a fused operation and waits for both. Nothing else may be in flight on the queue. */
    public FusedCompletion executeFused(NvmeCommand first, NvmeCommand second) {
        if (pair.outstanding() != 0) {
            throw new IllegalStateException(pair.outstanding() + " commands are in flight on queue " + id());
        }
        @Nullable NvmeCompletion[] both = new NvmeCompletion[2];
        if (!submitFused(first, second, 0, 1)) {
            throw new IllegalStateException("queue " + id() + " holds one command, a fused operation is two");
        }
        while (pair.outstanding() != 0) {
            await((tag, statusField, result) -> both[(int) tag] = completion(statusField, result), LONGEST_SLEEP);
        }
        return new FusedCompletion(Objects.requireNonNull(both[0]), Objects.requireNonNull(both[1]));
    }

    private static NvmeCompletion completion(int statusField, long result) {
        return new NvmeCompletion((int) result, (int) (result >>> 32), statusField);
    }

    /** The address for the device of a part of a buffer, checked against its end. */
    public static long iova(DmaBuffer buffer, long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, buffer.lengthBytes());
        return buffer.iova() + offset;
    }

    private static final class Single implements CompletionHandler {
        private @Nullable NvmeCompletion completion;

        @Override
        public void completed(long tag, int statusField, long result) {
            completion = IoQueue.completion(statusField, result);
        }
    }
}
