package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A verified load: random writes of stamped blocks, random reads of what was written, flushes in between, and in the end a flush
 * and a read of everything that was written.
 *
 * @param transferBytes of each read and write; a multiple of the block size
 * @param duration of the random part
 * @param spanBytes how much of the namespace is used, from its start
 * @param flushEvery writes of a queue between two of its flushes
 * @param run number that tells this run's stamps from others'
 * @param journal where to record what was flushed
 * @param sleep wait for interrupts instead of polling; the driver must have been attached with them
 * @param oneAtDepthOne the first of several queues has one command in flight at a time, the others as many as they take
 * @param commandTimeout the longest that a command may take, in place of the driver's: a lost one is found by then
 */
public record VerifySettings(
        int transferBytes,
        Duration duration,
        long spanBytes,
        int flushEvery,
        long run,
        Optional<Path> journal,
        boolean sleep,
        boolean oneAtDepthOne,
        Optional<Duration> commandTimeout) {

    private static final int MOST_FLUSH_EVERY = 1 << 20;

    /** The whole namespace up to 4 GiB, a flush after every 256 writes, a new run number. */
    public static VerifySettings of(int transferBytes, Duration duration) {
        return new VerifySettings(
                transferBytes,
                duration,
                4L << 30,
                256,
                System.nanoTime() ^ ProcessHandle.current().pid() << 48,
                Optional.empty(),
                false,
                false,
                Optional.empty());
    }

    void save(GuestStateWriter into) {
        into.i32(transferBytes).i64(spanBytes).i32(flushEvery).i64(run);
        into.flag(sleep).flag(oneAtDepthOne);
        into.i64(commandTimeout.map(Duration::toMillis).orElse(0L));
    }

    /** Those of a load without a journal; their duration is none, for it ends when it is asked to. */
    static VerifySettings of(GuestStateReader from) {
        int transfer = from.i32();
        long span = from.i64();
        int every = from.i32(1, MOST_FLUSH_EVERY, "the number of writes between two flushes");
        long run = from.i64();
        boolean sleep = from.flag();
        boolean one = from.flag();
        long millis = from.i64();
        GuestStateReader.require(millis >= 0 && millis < Integer.MAX_VALUE, "a time-out makes no sense");
        Optional<Duration> timeout = millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        return new VerifySettings(transfer, Duration.ZERO, span, every, run, Optional.empty(), sleep, one, timeout);
    }

    public VerifySettings withJournal(Path path) {
        return new VerifySettings(
                transferBytes,
                duration,
                spanBytes,
                flushEvery,
                run,
                Optional.of(path),
                sleep,
                oneAtDepthOne,
                commandTimeout);
    }

    public VerifySettings withSpanBytes(long bytes) {
        return new VerifySettings(
                transferBytes, duration, bytes, flushEvery, run, journal, sleep, oneAtDepthOne, commandTimeout);
    }

    public VerifySettings withFlushEvery(int writes) {
        return new VerifySettings(
                transferBytes, duration, spanBytes, writes, run, journal, sleep, oneAtDepthOne, commandTimeout);
    }

    public VerifySettings withSleep(boolean wanted) {
        return new VerifySettings(
                transferBytes, duration, spanBytes, flushEvery, run, journal, wanted, oneAtDepthOne, commandTimeout);
    }

    public VerifySettings withOneAtDepthOne(boolean wanted) {
        return new VerifySettings(
                transferBytes, duration, spanBytes, flushEvery, run, journal, sleep, wanted, commandTimeout);
    }

    public VerifySettings withCommandTimeout(Duration longest) {
        return new VerifySettings(
                transferBytes,
                duration,
                spanBytes,
                flushEvery,
                run,
                journal,
                sleep,
                oneAtDepthOne,
                Optional.of(longest));
    }

    /** Commands in flight on a queue. */
    int depthOfQueue(UnitShare share, int queueDepth) {
        return oneAtDepthOne && share.queue() == 0 && share.queues() > 1 ? 1 : queueDepth;
    }
}
