package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuestThreadsTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int ROUNDS = 100;
    private static final Duration SHORT = Duration.ofMillis(50);

    private final GuestThreads threads = new GuestThreads();
    private final List<Thread> started = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stop;

    @AfterEach
    void end() throws InterruptedException {
        stop = true;
        threads.resume();
        for (Thread thread : started) {
            thread.join(LONG);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(failure.get()).isNull();
    }

    private Thread start(String name, Runnable task) {
        Thread thread = Thread.ofPlatform().name(name).start(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        started.add(thread);
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Test
    void nobodyIsBetweenSafePointsWhileTheGuestIsPaused() {
        AtomicLong[] counters = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
        for (AtomicLong counter : counters) {
            start("counts", () -> {
                try (GuestThread _ = threads.enter()) {
                    while (!stop) {
                        threads.safePoint();
                        counter.incrementAndGet();
                        counter.incrementAndGet();
                    }
                }
            });
        }
        for (int i = 0; i < ROUNDS; i++) {
            long before = counters[0].get();
            while (counters[0].get() == before) {
                Thread.onSpinWait();
            }
            threads.pause(LONG);
            long[] seen = {counters[0].get(), counters[1].get(), counters[2].get()};
            for (long count : seen) {
                assertThat(count % 2).isZero();
            }
            Thread.onSpinWait();
            assertThat(counters[0].get()).isEqualTo(seen[0]);
            assertThat(counters[1].get()).isEqualTo(seen[1]);
            assertThat(counters[2].get()).isEqualTo(seen[2]);
            threads.resume();
        }
        assertThat(threads.pauses()).isEqualTo(ROUNDS);
    }

    @Test
    void whoIsNotInsideIsNotWaitedForAndMayNotEnter() {
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        AtomicLong entered = new AtomicLong();
        start("comes again", () -> {
            threads.enter().close();
            left.countDown();
            await(paused);
            try (GuestThread _ = threads.enter()) {
                entered.incrementAndGet();
            }
        });
        await(left);
        threads.pause(LONG);
        paused.countDown();
        Awaitility.await().atMost(LONG).until(() -> started.getFirst().getState() == Thread.State.WAITING);
        assertThat(entered.get()).isZero();
        threads.resume();
        Awaitility.await().atMost(LONG).until(() -> entered.get() == 1);
    }

    @Test
    void whoIsInsideMayEnterDeeperWhileAPauseWaitsForIt() {
        CountDownLatch inside = new CountDownLatch(1);
        start("nests", () -> {
            try (GuestThread _ = threads.enter()) {
                inside.countDown();
                while (!threads.pausing()) {
                    Thread.onSpinWait();
                }
                threads.enter().close();
            }
        });
        await(inside);
        threads.pause(LONG);
        threads.resume();
    }

    @Test
    void aThreadThatSleepsIsNotWaitedForAndStandsWhenItWakes() {
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch wake = new CountDownLatch(1);
        AtomicLong awake = new AtomicLong();
        start("sleeps", () -> {
            try (GuestThread _ = threads.enter()) {
                threads.beforeSleep();
                asleep.countDown();
                await(wake);
                threads.afterSleep();
                awake.incrementAndGet();
            }
        });
        await(asleep);
        threads.pause(LONG);
        wake.countDown();
        Awaitility.await().atMost(LONG).until(() -> started.getFirst().getState() == Thread.State.WAITING);
        assertThat(awake.get()).isZero();
        threads.resume();
        Awaitility.await().atMost(LONG).until(() -> awake.get() == 1);
    }

    @Test
    void aThreadThatNeverComesToASafePointIsNamedAndTheOthersRunOn() {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicLong turns = new AtomicLong();
        start("fills for ever", () -> {
            try (GuestThread _ = threads.enter()) {
                inside.countDown();
                while (!stop) {
                    Thread.onSpinWait();
                }
            }
        });
        start("polls", () -> {
            try (GuestThread _ = threads.enter()) {
                while (!stop) {
                    threads.safePoint();
                    turns.incrementAndGet();
                }
            }
        });
        await(inside);
        assertThatExceptionOfType(NvmeTimeoutException.class)
                .isThrownBy(() -> threads.pause(SHORT))
                .withMessageContaining("thread fills for ever");
        long before = turns.get();
        Awaitility.await().atMost(LONG).until(() -> turns.get() > before);
        assertThat(threads.pauses()).isZero();
    }

    @Test
    void aThreadThatDiedInsideIsNotWaitedFor() throws InterruptedException {
        Thread thread = start("dies", () -> assertThat(threads.enter()).isNotNull());
        thread.join(LONG);
        threads.pause(LONG);
        threads.resume();
    }

    @Test
    void whoIsInsideCannotPauseAndNobodyPausesTwice() {
        try (GuestThread _ = threads.enter()) {
            assertThatIllegalStateException().isThrownBy(() -> threads.pause(LONG));
        }
        threads.pause(LONG);
        assertThatIllegalStateException().isThrownBy(() -> threads.pause(LONG)).withMessageContaining("paused already");
    }

    @Test
    void timeStandsStillWhileTheGuestIsPaused() {
        threads.pause(LONG);
        long before = threads.unpausedNanoTime();
        long real = System.nanoTime();
        Awaitility.await().atMost(LONG).until(() -> System.nanoTime() - real > SHORT.toNanos());
        assertThat(threads.unpausedNanoTime()).isEqualTo(before);
        threads.resume();
        assertThat(threads.unpausedNanoTime() - before)
                .isLessThan(System.nanoTime() - real - SHORT.toNanos() + TimeUnit.MILLISECONDS.toNanos(40));
    }

    @Test
    void threadsThatStandEndWhenTheGuestDoes() {
        CountDownLatch ended = new CountDownLatch(1);
        start("stands", () -> {
            try (GuestThread _ = threads.enter()) {
                while (true) {
                    threads.safePoint();
                }
            } catch (NvmeDisconnectedException e) {
                ended.countDown();
            }
        });
        threads.pause(LONG);
        threads.end("it went elsewhere");
        await(ended);
    }

    @Test
    void anInterruptDoesNotLetAThreadRunOn() {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicLong after = new AtomicLong();
        Thread thread = start("is interrupted", () -> {
            try (GuestThread _ = threads.enter()) {
                inside.countDown();
                while (!threads.pausing()) {
                    Thread.onSpinWait();
                }
                threads.safePoint();
                after.set(Thread.interrupted() ? 2 : 1);
            }
        });
        await(inside);
        threads.pause(LONG);
        thread.interrupt();
        Awaitility.await().atMost(LONG).until(() -> thread.getState() == Thread.State.WAITING);
        assertThat(after.get()).isZero();
        threads.resume();
        Awaitility.await().atMost(LONG).until(() -> after.get() == 2);
    }

    /** One that connects again and again, as a service does, would keep all drivers that it ever had, and what their threads had. */
    @Test
    void threadThatOutlivesADriverDoesNotKeepIt() {
        WeakReference<GuestThreads> gone = used();
        Awaitility.await().atMost(LONG).until(() -> {
            System.gc();
            return gone.refersTo(null);
        });
    }

    private static WeakReference<GuestThreads> used() {
        GuestThreads ofADriver = new GuestThreads();
        ofADriver.enter().close();
        return new WeakReference<>(ofADriver);
    }
}
