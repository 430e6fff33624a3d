package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A submission queue and the completion queue its completions go to, from the host's side. */
public final class HostQueue {
    /** Writes a submission entry. */
    @FunctionalInterface
    public interface Entry {
        void write(MemorySegment queue, long offset, int commandId);
    }

    private final NvmeHost host;
    private final int submissionId;
    private final int completionId;
    private final int submissionEntries;
    private final int completionEntries;
    private final long submissionBase;
    private final long completionBase;
    private int tail;
    private int head;
    private int phase = 1;
    private int nextCommandId;

    HostQueue(
            NvmeHost host,
            int submissionId,
            int completionId,
            int submissionEntries,
            int completionEntries,
            long submissionBase,
            long completionBase) {
        this.host = host;
        this.submissionId = submissionId;
        this.completionId = completionId;
        this.submissionEntries = submissionEntries;
        this.completionEntries = completionEntries;
        this.submissionBase = submissionBase;
        this.completionBase = completionBase;
    }

    public long submissionBase() {
        return submissionBase;
    }

    public long completionBase() {
        return completionBase;
    }

    public int submissionId() {
        return submissionId;
    }

    void restart() {
        tail = 0;
        head = 0;
        phase = 1;
        host.slice(completionBase, (long) completionEntries * CompletionEntry.LENGTH_BYTES)
                .fill((byte) 0);
    }

    /** Writes an entry without ringing the doorbell; returns its command identifier. */
    public int put(Entry entry) {
        int commandId = nextCommandId++ & 0xFFFF;
        entry.write(host.memory(), host.at(submissionBase) + (long) tail * SubmissionEntry.LENGTH_BYTES, commandId);
        tail = (tail + 1) % submissionEntries;
        return commandId;
    }

    /** Rings the submission doorbell. */
    public void ring() {
        host.transport().doorbell(Doorbells.submissionTail(submissionId), tail);
    }

    public int submit(Entry entry) {
        int commandId = put(entry);
        ring();
        return commandId;
    }

    /** The next completion if there is one, without telling the controller that it was read. */
    public Optional<HostCompletion> peek() {
        long offset = host.at(completionBase) + (long) head * CompletionEntry.LENGTH_BYTES;
        long second = CompletionEntry.second(host.memory(), offset);
        if (CompletionEntry.phase(second) != phase) {
            return Optional.empty();
        }
        head++;
        if (head == completionEntries) {
            head = 0;
            phase ^= 1;
        }
        return Optional.of(new HostCompletion(
                CompletionEntry.commandId(second),
                CompletionEntry.submissionQueueId(second),
                CompletionEntry.submissionHead(second),
                CompletionEntry.statusField(second),
                CompletionEntry.result(host.memory(), offset)));
    }

    /** Rings the completion doorbell for all that was read. */
    public void consume() {
        host.transport().doorbell(Doorbells.completionHead(completionId), head);
    }

    /** Waits for one completion and consumes it. */
    public HostCompletion reap() {
        List<HostCompletion> one = new ArrayList<>();
        host.await("a completion in queue " + completionId, () -> {
            peek().ifPresent(one::add);
            return !one.isEmpty();
        });
        consume();
        return one.getFirst();
    }

    /** Waits for many completions and consumes them. */
    public List<HostCompletion> reap(int count) {
        List<HostCompletion> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(reap());
        }
        return all;
    }

    /** Submits one command and waits for its completion. */
    public HostCompletion execute(Entry entry) {
        int commandId = submit(entry);
        HostCompletion completion = reap();
        if (completion.commandId() != commandId) {
            throw new AssertionError("completion of " + completion.commandId() + " instead of " + commandId);
        }
        return completion;
    }
}
