package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestThread;
import io.vfiouser.nvme.driver.GuestThreads;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.driver.PollPause;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs what a load does on each queue to its end, in threads inside the guest; the first failure stops the others and is thrown. Started
 * once.
 *
 * <p>Who polls needs a processor: there are as many threads as processors at most, and each takes its queues in turns. Who sleeps needs a
 * thread, for it waits for one interrupt: there is one for each queue.
 */
final class Workers {

    private final GuestThreads threads;
    private final boolean sleep;

    /** Set when a thread failed or the caller was interrupted: the others stop at the next look. */
    private volatile boolean stopped;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private CountDownLatch running = new CountDownLatch(0);

    /** @param sleep whether the tasks wait for interrupts */
    Workers(GuestThreads threads, boolean sleep) {
        this.threads = threads;
        this.sleep = sleep;
    }

    boolean stopped() {
        return stopped;
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    void run(String name, List<? extends QueueTask> tasks, LongSupplier done, long total, Progress progress) {
        start(name, tasks);
        await(done, total, progress);
    }

    void start(String name, List<? extends QueueTask> tasks) {
        int count = sleep
                ? tasks.size()
                : Math.min(tasks.size(), Runtime.getRuntime().availableProcessors());
        CountDownLatch all = new CountDownLatch(count);
        running = all;
        for (int i = 0; i < count; i++) {
            QueueTask[] own = everyOf(tasks, i, count);
            Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> {
                try (GuestThread _ = threads.enter()) {
                    takeTurns(own);
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                    stopped = true;
                } finally {
                    all.countDown();
                }
            });
        }
    }

    private static QueueTask[] everyOf(List<? extends QueueTask> tasks, int first, int distance) {
        return IntStream.range(0, tasks.size())
                .filter(i -> i % distance == first)
                .mapToObj(tasks::get)
                .toArray(QueueTask[]::new);
    }

    /** Until all have ended; changes the order. */
    private static void takeTurns(QueueTask[] tasks) {
        PollPause pause = new PollPause();
        int left = tasks.length;
        while (left > 0) {
            int done = 0;
            for (int i = left - 1; i >= 0; i--) {
                done += tasks[i].step();
                if (tasks[i].ended()) {
                    tasks[i] = tasks[--left];
                }
            }
            if (done > 0) {
                pause.reset();
            } else {
                pause.pause();
            }
        }
    }

    /** Waits for the end of all; throws what one failed with. */
    void await(LongSupplier done, long total, Progress progress) {
        awaitAll(done, total, progress);
        Throwable failed = failure.get();
        switch (failed) {
            case null -> progress.at(total, total);
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new NvmeDriverException("a worker failed: " + failed, failed);
        }
    }

    /** Stops them and waits; whatever they failed with is of no interest any more. */
    void abandon() {
        stopped = true;
        awaitAll(() -> 0, 0, Progress.none());
    }

    private void awaitAll(LongSupplier done, long total, Progress progress) {
        boolean interrupted = false;
        while (true) {
            try {
                if (running.await(100, TimeUnit.MILLISECONDS)) {
                    break;
                }
                progress.at(done.getAsLong(), total);
            } catch (InterruptedException e) {
                // The threads use memory of the caller: they are waited for in any case.
                interrupted = true;
                stopped = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
