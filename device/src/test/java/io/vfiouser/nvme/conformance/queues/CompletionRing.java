package io.vfiouser.nvme.conformance.queues;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;

/** A completion queue from the host's side; what is found goes to a {@link CompletionLedger}. */
final class CompletionRing {
    private final NvmeHost host;
    private final CompletionLedger ledger;
    private final int id;
    private final int entries;
    private final long base;
    private final MemorySegment memory;
    private int head;
    private int phase = 1;

    /** {@code base} is the guest address of zeroed memory. */
    CompletionRing(NvmeHost host, CompletionLedger ledger, int id, int entries, long base) {
        this.host = host;
        this.ledger = ledger;
        this.id = id;
        this.entries = entries;
        this.base = base;
        this.memory = host.slice(base, (long) entries * CompletionEntry.LENGTH_BYTES);
    }

    int id() {
        return id;
    }

    int entries() {
        return entries;
    }

    long base() {
        return base;
    }

    /** All entries. */
    MemorySegment memory() {
        return memory;
    }

    /** How many entries wait that were not taken yet. */
    int waiting() {
        int count = 0;
        int at = head;
        int expected = phase;
        while (count < entries && CompletionEntry.phase(second(at)) == expected) {
            count++;
            at++;
            if (at == entries) {
                at = 0;
                expected ^= 1;
            }
        }
        return count;
    }

    /** Takes what waits, {@code limit} at most, without telling the controller. Returns how many. */
    int take(int limit) {
        int count = 0;
        while (count < limit) {
            long second = second(head);
            if (CompletionEntry.phase(second) != phase) {
                break;
            }
            ledger.completed(
                    id,
                    CompletionEntry.submissionQueueId(second),
                    CompletionEntry.commandId(second),
                    CompletionEntry.submissionHead(second),
                    CompletionEntry.statusField(second));
            head++;
            count++;
            if (head == entries) {
                head = 0;
                phase ^= 1;
            }
        }
        return count;
    }

    /** Tells the controller of everything that was taken. */
    void tell() {
        host.transport().doorbell(Doorbells.completionHead(id), head);
    }

    /** Takes everything and tells the controller. */
    int consume() {
        int count = take(Integer.MAX_VALUE);
        if (count > 0) {
            tell();
        }
        return count;
    }

    /** Fails if an entry has a phase that nobody has posted it with: everything was taken, and nothing is outstanding. */
    void assertNothingElseWasPosted() {
        for (int i = 0; i < entries; i++) {
            int expected = i < head ? phase : phase ^ 1;
            if (CompletionEntry.phase(second(i)) != expected) {
                throw new AssertionError("CQ %d: entry %d of %d has phase %d, the head is at %d in phase %d"
                        .formatted(id, i, entries, expected ^ 1, head, phase));
            }
        }
    }

    private long second(int index) {
        return CompletionEntry.second(memory, (long) index * CompletionEntry.LENGTH_BYTES);
    }
}
