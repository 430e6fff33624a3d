package io.vfiouser.benchmarks.primitives;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Entries of the queues, in nanoseconds per entry: reading the fields of a Read in place, each once, as the poller does, and publishing a
 * completion. {@link #submit} is the host's part of every figure in the device benchmarks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms64m", "-Xmx512m"})
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class QueueEntries {
    private static final int ENTRIES = 64;

    private final Arena arena = Arena.ofShared();
    private MemorySegment submissions;
    private MemorySegment completions;
    private int at;

    /** Fills a submission queue. */
    @Setup
    public void start() {
        submissions = arena.allocate(ENTRIES * (long) SubmissionEntry.LENGTH_BYTES, 4096);
        completions = arena.allocate(ENTRIES * (long) CompletionEntry.LENGTH_BYTES, 4096);
        for (int i = 0; i < ENTRIES; i++) {
            IoCommand.read(submissions, i * (long) SubmissionEntry.LENGTH_BYTES, i, 1, i, 8, 4096L * i, 0);
        }
    }

    /** Frees them. */
    @TearDown
    public void stop() {
        arena.close();
    }

    /** Reads opcode, flags, identifier, namespace, both halves of the data pointer, starting LBA and count. */
    @Benchmark
    public long decode() {
        long offset = (at++ & (ENTRIES - 1)) * (long) SubmissionEntry.LENGTH_BYTES;
        long first = LittleEndian.i64(submissions, offset + SubmissionEntry.CDW0);
        int cdw0 = (int) first;
        return SubmissionEntry.opcode(cdw0)
                + SubmissionEntry.commandId(cdw0)
                + SubmissionEntry.psdt(cdw0)
                + (first >>> Integer.SIZE)
                + SubmissionEntry.prp1(submissions, offset)
                + SubmissionEntry.prp2(submissions, offset)
                + SubmissionEntry.startingLba(submissions, offset)
                + IoCommand.blockCount(SubmissionEntry.cdw12(submissions, offset));
    }

    /** Publishes a completion: two stores, the second with release. */
    @Benchmark
    public void publish() {
        int slot = at++ & (ENTRIES - 1);
        CompletionEntry.publish(
                completions, slot * (long) CompletionEntry.LENGTH_BYTES, 0, slot, 1, slot, 0, at >>> 6 & 1);
    }

    /** Writes a whole submission entry, as a host does. */
    @Benchmark
    public void submit() {
        int slot = at++ & (ENTRIES - 1);
        IoCommand.read(submissions, slot * (long) SubmissionEntry.LENGTH_BYTES, slot, 1, at, 8, 4096L * slot, 0);
    }
}
