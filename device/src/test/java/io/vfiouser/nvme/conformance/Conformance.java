package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A host attached to the {@link ConformanceServer} that executes commands and keeps an eye on the error log. Each command goes out in
 * one batch with a few valid ones, whose completions are checked too, so that its identifier is not always the same.
 *
 * <pre>{@code
 * c.admin(NvmeCommand.identify(0xFF, 0, c.buffer())).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW10);
 * c.io(NvmeCommand.flush(RAM.id())).succeeds();
 * }</pre>
 */
final class Conformance implements AutoCloseable {
    static final int PAGE_BYTES = 4096;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_COMPANIONS = 5;
    private static final int ERROR_LOG_BYTES = 64 * ErrorLogEntry.LENGTH_BYTES;
    private static final int BUFFER_BYTES = 256 << 10;
    private static final long SUBJECT = -1;
    private static final long FIRST = -2;
    private static final long SECOND = -3;

    private final NvmeDriver driver;
    private final SubmittedEntries submitted;
    private final DmaBuffer log;
    private final DmaBuffer buffer;
    private final Set<Outcome.Refusal> owed = new HashSet<>();
    private final List<ForeignMemory> foreign = new ArrayList<>();
    private long errorCount;
    private int turn;

    /** A command that was submitted and not waited for. */
    record Pending(String name, int token, MemorySegment entry) {}

    private Conformance(NvmeDriver driver) {
        this.driver = driver;
        this.submitted = new SubmittedEntries(driver);
        this.log = driver.allocate(ERROR_LOG_BYTES);
        this.buffer = driver.allocate(BUFFER_BYTES);
        newErrors();
    }

    static Conformance attach(Path socket) {
        DriverOptions options = DriverOptions.defaults()
                .withQueues(1)
                .withDepth(31)
                .withMemoryBytes(16 << 20)
                .withTimeout(PATIENCE);
        return new Conformance(NvmeDriver.connect(socket, options));
    }

    NvmeDriver driver() {
        return driver;
    }

    /** 256 KiB for data, the same at each call. */
    DmaBuffer buffer() {
        return buffer;
    }

    /** Maps more guest memory, until the end of the test. */
    ForeignMemory map(long iova, int pages, Protection forController) {
        ForeignMemory memory = new ForeignMemory(driver.client(), iova, pages, forController);
        foreign.add(memory);
        return memory;
    }

    // ---- commands ----

    /** Executes an admin command. */
    Outcome admin(NvmeCommand command) {
        List<Integer> companions = new ArrayList<>();
        for (int i = turn++ % MOST_COMPANIONS; i > 0; i--) {
            companions.add(
                    driver.admin().submit(NvmeCommand.getFeatures(FeatureId.ARBITRATION, FeatureId.SELECT_CURRENT)));
        }
        Outcome outcome = outcome(start(command));
        for (int companion : companions) {
            assertThat(await(companion).statusField())
                    .as("a valid command beside %s", outcome)
                    .isZero();
        }
        return outcome;
    }

    /** Submits an admin command that may stay outstanding. */
    Pending start(NvmeCommand command) {
        int token = driver.admin().submit(command);
        return new Pending(command.name(), token, submitted.last(0));
    }

    /** Waits for a command that was {@linkplain #start started}. */
    Outcome outcome(Pending pending) {
        NvmeCompletion completion = await(pending.token());
        return new Outcome(this, pending.name(), 0, pending.entry(), completion, newErrors());
    }

    /** Whether a command that was {@linkplain #start started} is outstanding after all commands before have ended. */
    boolean outstanding(Pending pending) {
        return driver.admin().await(pending.token(), Duration.ZERO).isEmpty();
    }

    private NvmeCompletion await(int token) {
        return driver.admin()
                .await(token, PATIENCE)
                .orElseThrow(() -> new AssertionError("an admin command does not complete"));
    }

    /** Executes an I/O command. */
    Outcome io(NvmeCommand command) {
        IoQueue queue = driver.ioQueue(0);
        int companions = turn++ % MOST_COMPANIONS;
        for (int i = 0; i < companions; i++) {
            assertThat(queue.submit(NvmeCommand.flush(TestedNamespace.RAM.id()), i))
                    .isTrue();
        }
        assertThat(queue.submit(command, SUBJECT)).isTrue();
        queue.ring();
        MemorySegment entry = submitted.last(queue.id());
        List<NvmeCompletion> ended = new ArrayList<>();
        while (queue.outstanding() > 0) {
            int done = queue.await(
                    (tag, status, result) -> {
                        if (tag == SUBJECT) {
                            ended.add(new NvmeCompletion((int) result, (int) (result >>> 32), status));
                        } else {
                            assertThat(status)
                                    .as("a valid command beside %s", command.name())
                                    .isZero();
                        }
                    },
                    PATIENCE);
            assertThat(done).as("completions within %s", PATIENCE).isPositive();
        }
        assertThat(ended).hasSize(1);
        return new Outcome(this, command.name(), queue.id(), entry, ended.getFirst(), newErrors());
    }

    /** How the two commands of a pair ended. */
    record Pair(Outcome first, Outcome second) {}

    /** Executes a fused operation. */
    Pair fused(NvmeCommand first, NvmeCommand second) {
        IoQueue queue = driver.ioQueue(0);
        return pair(first, second, () -> queue.submitFused(first, second, FIRST, SECOND));
    }

    /** Executes two I/O commands next to one another, of which the controller hears at once; FUSE stays as it is. */
    Pair pair(NvmeCommand first, NvmeCommand second) {
        IoQueue queue = driver.ioQueue(0);
        return pair(first, second, () -> queue.submit(first, FIRST) && queue.submit(second, SECOND));
    }

    private Pair pair(NvmeCommand first, NvmeCommand second, BooleanSupplier submit) {
        IoQueue queue = driver.ioQueue(0);
        assertThat(submit.getAsBoolean()).isTrue();
        queue.ring();
        MemorySegment firstEntry = submitted.lastButOne(queue.id());
        MemorySegment secondEntry = submitted.last(queue.id());
        Map<Long, NvmeCompletion> ended = new HashMap<>();
        while (queue.outstanding() > 0) {
            int done = queue.await(
                    (tag, status, result) ->
                            ended.put(tag, new NvmeCompletion((int) result, (int) (result >>> 32), status)),
                    PATIENCE);
            assertThat(done).as("completions within %s", PATIENCE).isPositive();
        }
        assertThat(ended).containsOnlyKeys(FIRST, SECOND);
        List<ErrorLogEntry> errors = newErrors();
        Outcome one = outcome(first, queue, firstEntry, ended.get(FIRST), errors);
        Outcome other = outcome(second, queue, secondEntry, ended.get(SECOND), errors);
        return new Pair(one, other);
    }

    private Outcome outcome(
            NvmeCommand command,
            IoQueue queue,
            MemorySegment entry,
            NvmeCompletion completion,
            List<ErrorLogEntry> errors) {
        int commandId = SubmissionEntry.commandId(SubmissionEntry.cdw0(entry, 0));
        List<ErrorLogEntry> own =
                errors.stream().filter(e -> e.commandId() == commandId).toList();
        return new Outcome(this, command.name(), queue.id(), entry, completion, own);
    }

    // ---- the error log ----

    /** The error log page as it is now, raw; events are retained. */
    MemorySegment errorLogPage() {
        NvmeCommand get = NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                .cdw10(LogPageId.ERROR_INFORMATION | AdminCommand.LOG_RETAIN_EVENT | (ERROR_LOG_BYTES / 4 - 1) << 16)
                .data(log, 0, ERROR_LOG_BYTES);
        driver.admin().executeSuccessfully(get);
        return log.segment();
    }

    private List<ErrorLogEntry> newErrors() {
        MemorySegment page = errorLogPage();
        List<ErrorLogEntry> news = new ArrayList<>();
        long newest = ErrorLogEntry.read(page, 0).errorCount();
        for (long offset = 0; offset < ERROR_LOG_BYTES; offset += ErrorLogEntry.LENGTH_BYTES) {
            ErrorLogEntry entry = ErrorLogEntry.read(page, offset);
            if (entry.errorCount() <= errorCount) {
                break;
            }
            assertThat(entry.errorCount()).as("error count").isEqualTo(newest - news.size());
            news.add(entry);
        }
        assertThat(news).as("new error log entries").hasSizeLessThanOrEqualTo(64);
        errorCount = newest;
        return news;
    }

    Outcome.Refusal owe(Outcome.Refusal refusal) {
        owed.add(refusal);
        return refusal;
    }

    void settle(Outcome.Refusal refusal) {
        owed.remove(refusal);
    }

    /** Fails where a test has looked at a status and not at the parameter error location. */
    void assertNothingOwed() {
        assertThat(owed).as("refusals whose location was not checked").isEmpty();
    }

    // ---- what the controller announces ----

    /** A dword of the Commands Supported and Effects log: 0 for a command that is not supported. */
    int effectsOfAdmin(int opcode) {
        return LittleEndian.i32(effects(), CommandEffectsLog.admin(opcode));
    }

    /** As {@link #effectsOfAdmin} for an I/O command. */
    int effectsOfIo(int opcode) {
        return LittleEndian.i32(effects(), CommandEffectsLog.io(opcode));
    }

    private MemorySegment effects() {
        return logPage(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, CommandEffectsLog.LENGTH_BYTES);
    }

    /** A log page's beginning; its events are retained. */
    MemorySegment logPage(int page, int lengthBytes) {
        try (DmaBuffer data = driver.allocate(lengthBytes)) {
            driver.admin()
                    .executeSuccessfully(NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                            .namespaceId(SubmissionEntry.NSID_ALL)
                            .cdw10(page | AdminCommand.LOG_RETAIN_EVENT | (lengthBytes / 4 - 1) << 16)
                            .data(data, 0, lengthBytes));
            return MemorySegment.ofArray(new byte[lengthBytes])
                    .copyFrom(data.segment().asSlice(0, lengthBytes));
        }
    }

    /** A field of Identify Controller, 4 bytes. */
    long identifyController(int offset) {
        return driver.identify().u32(offset);
    }

    /** The first NSID that is not valid. */
    int namespaceBeyond() {
        return (int) driver.identify().namespaceCount() + 1;
    }

    // ---- blocks ----

    /** Fills some blocks with a pattern that depends on the seed. */
    void fill(TestedNamespace namespace, long lba, int blocks, int seed) {
        try (DmaBuffer data = driver.allocate((long) blocks * TestedNamespace.BLOCK_BYTES)) {
            pattern(data.segment(), seed);
            driver.ioQueue(0)
                    .executeSuccessfully(NvmeCommand.write(
                            namespace.id(), lba, blocks, false, data, 0, (long) blocks * TestedNamespace.BLOCK_BYTES));
        }
    }

    /** A copy of some blocks. */
    MemorySegment content(TestedNamespace namespace, long lba, int blocks) {
        long lengthBytes = (long) blocks * TestedNamespace.BLOCK_BYTES;
        try (DmaBuffer data = driver.allocate(lengthBytes)) {
            driver.ioQueue(0).executeSuccessfully(NvmeCommand.read(namespace.id(), lba, blocks, data, 0, lengthBytes));
            return MemorySegment.ofArray(new byte[(int) lengthBytes])
                    .copyFrom(data.segment().asSlice(0, lengthBytes));
        }
    }

    /** Fills memory with a pattern that depends on the seed. */
    static void pattern(MemorySegment memory, int seed) {
        for (long i = 0; i + Long.BYTES <= memory.byteSize(); i += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, i, (seed * 1_000_003L + i + 1) * 0x9E37_79B9_7F4A_7C15L);
        }
    }

    @Override
    public void close() {
        foreign.forEach(ForeignMemory::close);
        submitted.close();
        driver.close();
    }
}
