package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.NvmeDriverException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Runs one thread for each queue to its end; the first failure stops the others and is thrown. */
final class Workers {

    /** Set when a thread failed or the caller was interrupted: the others stop at the next look. */
    private volatile boolean stopped;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    boolean stopped() {
        return stopped;
    }

    void run(String name, List<? extends Runnable> tasks, LongSupplier done, long total, Progress progress) {
        CountDownLatch running = new CountDownLatch(tasks.size());
        for (int i = 0; i < tasks.size(); i++) {
            Runnable task = tasks.get(i);
            Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> {
                try {
                    task.run();
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                    stopped = true;
                } finally {
                    running.countDown();
                }
            });
        }
        awaitAll(running, done, total, progress);
        Throwable failed = failure.get();
        switch (failed) {
            case null -> progress.at(total, total);
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new NvmeDriverException("a worker failed: " + failed, failed);
        }
    }

    private void awaitAll(CountDownLatch running, LongSupplier done, long total, Progress progress) {
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
