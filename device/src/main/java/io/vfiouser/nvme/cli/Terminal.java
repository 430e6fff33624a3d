package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.workload.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on standard error where that is a terminal, nothing where it is not. */
final class Terminal {

    /** Fixed, so that nothing has to ask the terminal: that alone would cost more than most commands do. */
    private static final int WIDTH = 79;

    private static final int UPDATE_MILLIS = 200;

    private Terminal() {}

    /** A bar to be closed when the work ends. */
    interface Bar extends AutoCloseable, Progress {

        @Override
        void close();
    }

    /** Shows how much of {@code total} is done; {@code unit} of {@code unitSize} is what it counts in. */
    static Bar progress(String task, String unit, long unitSize) {
        if (!errorIsTerminal()) {
            return new NoBar();
        }
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(0)
                .setUnit(unit, unitSize)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .startsFrom(0, Duration.ZERO)
                .build();
        return new ShownBar(bar);
    }

    static boolean errorIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    private record ShownBar(ProgressBar bar) implements Bar {

        @Override
        public void at(long done, long total) {
            bar.maxHint(total);
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private record NoBar() implements Bar {

        @Override
        public void at(long done, long total) {}

        @Override
        public void close() {}
    }
}
