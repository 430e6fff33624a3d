package io.vfiouser.nvme.conformance.queues;

import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;

/** A submission queue from the host's side, of any number of entries; what is put in is entered into a {@link CompletionLedger}. */
final class SubmissionRing {
    private final NvmeHost host;
    private final CompletionLedger ledger;
    private final int id;
    private final int entries;
    private final CompletionRing completions;
    private final long base;
    private final MemorySegment memory;
    private int tail;
    private int nextCommandId;

    SubmissionRing(NvmeHost host, CompletionLedger ledger, int id, int entries, CompletionRing completions, long base) {
        this.host = host;
        this.ledger = ledger;
        this.id = id;
        this.entries = entries;
        this.completions = completions;
        this.base = base;
        this.memory = host.slice(base, (long) entries * SubmissionEntry.LENGTH_BYTES);
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

    CompletionRing completions() {
        return completions;
    }

    /** How many commands may be put in now. */
    int room() {
        return ledger.room(id);
    }

    /** Puts Reads into the ring, as many as wanted and as there is room for; returns how many. Does not ring. */
    int read(int wanted, int namespaceId, long lba, int blocks, long buffer) {
        return put(wanted, namespaceId, lba, new StressHost.Transfer(NvmOpcode.READ, blocks, 0, buffer, 0));
    }

    /** As {@link #read} for transfers of any kind. */
    int put(int wanted, int namespaceId, long lba, StressHost.Transfer transfer) {
        int count = Math.min(wanted, room());
        for (int i = 0; i < count; i++) {
            int commandId = commandId();
            ledger.submitted(id, commandId);
            SubmissionEntry.write(
                    memory,
                    (long) tail * SubmissionEntry.LENGTH_BYTES,
                    transfer.opcode(),
                    commandId,
                    namespaceId,
                    transfer.prp1(),
                    transfer.prp2(),
                    lba,
                    (transfer.blocks() - 1) | transfer.flags(),
                    0);
            tail = tail + 1 == entries ? 0 : tail + 1;
        }
        return count;
    }

    private int commandId() {
        int tried = 0;
        while (ledger.outstanding(id, nextCommandId)) {
            nextCommandId = (nextCommandId + 1) % CompletionLedger.IDENTIFIERS;
            if (++tried > CompletionLedger.IDENTIFIERS) {
                throw new IllegalStateException("all command identifiers are outstanding");
            }
        }
        int commandId = nextCommandId;
        nextCommandId = (nextCommandId + 1) % CompletionLedger.IDENTIFIERS;
        return commandId;
    }

    /** Tells the controller of everything that was put in. */
    void ring() {
        ledger.rung(id);
        host.transport().doorbell(Doorbells.submissionTail(id), tail);
    }
}
