package io.vfiouser.nvme.driver;

import io.vfiouser.os.EventFd;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The admin queue, shared by all threads: whoever waits polls for everybody. Commands that may wait for ever (Asynchronous Event
 * Request) are {@linkplain #submit submitted} and looked for later.
 */
public final class AdminQueue {

    private static final Duration SLEEP = Duration.ofMillis(5);
    private static final long POLL_PAUSE_NANOS = 20_000;
    private static final int SPINS_BEFORE_PAUSE = 2_000;

    private final QueuePair pair;
    private final @Nullable EventFd interrupt;
    private final Duration timeout;
    private final GuestThreads threads;
    /** Taken inside the guest, and nobody stands still with it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final @Nullable NvmeCompletion[] completions;
    private final boolean[] tokenTaken;

    AdminQueue(QueuePair pair, @Nullable EventFd interrupt, Duration timeout, GuestThreads threads) {
        this.threads = threads;
        this.pair = pair;
        this.interrupt = interrupt;
        this.timeout = timeout;
        this.completions = new NvmeCompletion[pair.depth()];
        this.tokenTaken = new boolean[pair.depth()];
    }

    /** Tokens and what completed but was not fetched; the pair is not part of it. The guest is paused. */
    void save(GuestStateWriter into) {
        into.flags(tokenTaken);
        for (NvmeCompletion completion : completions) {
            into.flag(completion != null);
            if (completion != null) {
                into.i32(completion.dw0()).i32(completion.dw1()).i32(completion.statusField());
            }
        }
    }

    void restore(GuestStateReader from) {
        boolean[] taken = from.flags(tokenTaken.length);
        System.arraycopy(taken, 0, tokenTaken, 0, taken.length);
        for (int i = 0; i < completions.length; i++) {
            if (from.flag()) {
                completions[i] = new NvmeCompletion(from.i32(), from.i32(), from.i32());
            }
        }
        for (long token : pair.tagsInFlight()) {
            GuestStateReader.require(
                    token >= 0 && token < taken.length && taken[(int) token], "an admin command that nobody waits for");
        }
    }

    /** Whether a token was handed out and not yet given back. */
    public boolean isTaken(int token) {
        return token >= 0 && token < tokenTaken.length && tokenTaken[token];
    }

    /** Submits a command and waits for it. Any thread. */
    public NvmeCompletion execute(NvmeCommand command) {
        return await(submit(command), timeout)
                .orElseThrow(() -> new NvmeTimeoutException(
                        command.name() + " was not completed within " + timeout.toMillis() + " ms"));
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

    /**
     * Submits a command without waiting. Any thread.
     *
     * @return what {@link #await} takes; it is taken until the completion was fetched
     */
    public int submit(NvmeCommand command) {
        GuestThread entered = threads.enter();
        lock.lock();
        try {
            int token = 0;
            while (token < tokenTaken.length && tokenTaken[token]) {
                token++;
            }
            int commandId = token == tokenTaken.length ? QueuePair.FULL : pair.begin(token, false);
            if (commandId == QueuePair.FULL) {
                throw new IllegalStateException("the admin queue is full: " + pair.outstanding() + " in flight");
            }
            tokenTaken[token] = true;
            command.putInto(pair, commandId);
            pair.ring();
            return token;
        } finally {
            lock.unlock();
            entered.close();
        }
    }

    /**
     * Waits for a submitted command; stands here while the guest is paused, and that time does not count. Any thread.
     *
     * @return empty if the time ran out, after which it may be waited for again
     */
    public Optional<NvmeCompletion> await(int token, Duration longest) {
        long deadline = threads.unpausedNanoTime() + longest.toNanos();
        for (int spins = 0; ; spins++) {
            NvmeCompletion completion = poll(token);
            if (completion != null) {
                return Optional.of(completion);
            }
            if (threads.unpausedNanoTime() - deadline >= 0) {
                return Optional.empty();
            }
            if (interrupt == null && spins < SPINS_BEFORE_PAUSE) {
                Thread.onSpinWait();
            } else {
                sleep();
            }
        }
    }

    private @Nullable NvmeCompletion poll(int token) {
        threads.safePoint();
        GuestThread entered = threads.enter();
        lock.lock();
        try {
            pair.poll(this::completed, Integer.MAX_VALUE);
            NvmeCompletion completion = completions[token];
            if (completion != null) {
                completions[token] = null;
                tokenTaken[token] = false;
            }
            return completion;
        } finally {
            lock.unlock();
            entered.close();
        }
    }

    private void sleep() {
        threads.beforeSleep();
        if (interrupt != null) {
            interrupt.await(SLEEP);
            interrupt.drain();
        } else {
            LockSupport.parkNanos(POLL_PAUSE_NANOS);
        }
        threads.afterSleep();
    }

    private void completed(long tag, int statusField, long result) {
        completions[(int) tag] = new NvmeCompletion((int) result, (int) (result >>> 32), statusField);
    }
}
