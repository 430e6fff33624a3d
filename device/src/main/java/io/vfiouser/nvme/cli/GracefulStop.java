package io.vfiouser.nvme.cli;

/**
 * Makes SIGTERM and SIGINT an orderly end with exit code 0. The JVM runs shutdown hooks on both and then ends with 128 + the
 * signal's number, whatever they did; so the hook itself ends the process when everything is flushed. Signal handlers would
 * need the unsupported {@code sun.misc.Signal}.
 */
final class GracefulStop {

    private final Thread hook;

    private GracefulStop(Thread hook) {
        this.hook = hook;
    }

    /** Runs {@code stop} on a signal; exit code 0 if it returns, 1 with one line on standard error if it throws. */
    static GracefulStop install(Runnable stop) {
        Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            int code = ExitCode.OK;
            try {
                stop.run();
            } catch (Throwable t) {
                System.err.println("nvme-vfu: stopping failed: " + t.getMessage());
                code = ExitCode.FAILURE;
            }
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(code);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return new GracefulStop(hook);
    }

    /** The end came by itself: signals have their usual effect again. If one came already, waits for the end of the process. */
    void cancelOrWait() throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            hook.join();
        }
    }
}
