package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestThread;
import io.vfiouser.nvme.driver.GuestThreads;
import io.vfiouser.nvme.driver.NvmeDriverException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one thread for each queue to its end, inside the guest; the first failure stops the others and is thrown. Started once.
 */
final class Workers {

    private final GuestThreads threads;

    /** Set when a thread failed or the caller was interrupted: the others stop at the next look. */
    private volatile boolean stopped;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private CountDownLatch running = new CountDownLatch(0);

    Workers(GuestThreads threads) {
        this.threads = threads;
    }

    boolean stopped() {
        return stopped;
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    void run(String name, List<? extends Runnable> tasks, LongSupplier done, long total, Progress progress) {
        start(name, tasks);
        await(done, total, progress);
    }

    void start(String name, List<? extends Runnable> tasks) {
        CountDownLatch all = new CountDownLatch(tasks.size());
        running = all;
        for (int i = 0; i < tasks.size(); i++) {
            Runnable task = tasks.get(i);
            Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> {
                try (GuestThread _ = threads.enter()) {
                    task.run();
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                    stopped = true;
                } finally {
                    all.countDown();
                }
            });
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
