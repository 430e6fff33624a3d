package io.vfiouser.nvme.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes SIGTERM and SIGINT call something off that then comes to its end by itself, with the command's own exit code. The JVM runs shutdown
 * hooks on both, and would end with 128 + the signal's number as soon as they return.
 */
final class CancelOnSignal {

    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicInteger exitCode = new AtomicInteger(ExitCode.FAILURE);
    private final Thread hook;

    private CancelOnSignal(Runnable cancel) {
        this.hook = Thread.ofPlatform().name("cancel").unstarted(() -> {
            cancel.run();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(exitCode.get());
        });
    }

    /** Calls {@code cancel} on a signal, once, on a thread of its own. */
    static CancelOnSignal install(Runnable cancel) {
        CancelOnSignal installed = new CancelOnSignal(cancel);
        Runtime.getRuntime().addShutdownHook(installed.hook);
        return installed;
    }

    /**
     * Runs what can be called off; signals have their usual effect afterwards.
     *
     * @return what {@code body} returns, which is an exit code. If a signal came the process ends with it instead, after a failure was
     *     reported to {@code err}
     */
    int guard(IntSupplier body, PrintWriter err) {
        int code = ExitCode.FAILURE;
        RuntimeException failure = null;
        try {
            code = body.getAsInt();
        } catch (RuntimeException e) {
            failure = e;
        }
        endIfSignalled(code, failure, err);
        if (failure != null) {
            throw failure;
        }
        return code;
    }

    private void endIfSignalled(int code, @Nullable RuntimeException failure, PrintWriter err) {
        try {
            boolean ignored = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs, and waits for this.
            exitCode.set(failure == null ? code : Failures.report(failure, err, false));
            done.countDown();
            try {
                hook.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
