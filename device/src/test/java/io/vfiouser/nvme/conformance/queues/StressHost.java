package io.vfiouser.nvme.conformance.queues;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.ClientTransport;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.NvmeHost;
import java.nio.file.Path;
import java.util.List;

/** A host that makes queues of any shape and keeps books of them. The controller is enabled. */
final class StressHost implements AutoCloseable {
    /** Namespace that keeps nothing and completes in the pass that fetched. */
    static final int NULL = 1;
    /** Namespace in memory. */
    static final int RAM = 2;
    /** Namespace in a file; what the page cache does not hold completes later than it is fetched. */
    static final int FILE = 3;

    /** Blocks of a page. */
    static final int PAGE_BLOCKS = 8;

    /** Pages of a transfer that takes long enough for something to come in between. */
    static final int LARGE_PAGES = 8;

    /** A Read or Write, but for its range. */
    record Transfer(int opcode, int blocks, int flags, long prp1, long prp2) {}

    private static final long MEMORY_BYTES = 192L << 20;

    private final ClientTransport transport;
    private final NvmeHost host;
    private final CompletionLedger ledger = new CompletionLedger();

    StressHost(Path socket) {
        transport = new ClientTransport(socket, MEMORY_BYTES);
        host = new NvmeHost(transport);
        host.enable();
    }

    NvmeHost host() {
        return host;
    }

    ClientTransport transport() {
        return transport;
    }

    CompletionLedger ledger() {
        return ledger;
    }

    /** Creates a completion queue in memory of its own. */
    CompletionRing completionQueue(int id, int entries) {
        return completionQueue(id, entries, host.allocate(pages(entries, CompletionEntry.LENGTH_BYTES)));
    }

    CompletionRing completionQueue(int id, int entries, long base) {
        CompletionRing ring = new CompletionRing(host, ledger, id, entries, base);
        ring.memory().fill((byte) 0);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.createCompletionQueue(sq, at, cid, id, entries, ring.base(), false, 0))
                .orThrow();
        return ring;
    }

    /** Creates a submission queue in memory of its own. */
    SubmissionRing submissionQueue(int id, int entries, CompletionRing completions) {
        return submissionQueue(id, entries, completions, host.allocate(pages(entries, SubmissionEntry.LENGTH_BYTES)));
    }

    SubmissionRing submissionQueue(int id, int entries, CompletionRing completions, long base) {
        SubmissionRing ring = new SubmissionRing(host, ledger, id, entries, completions, base);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.createSubmissionQueue(sq, at, cid, id, entries, ring.base(), completions.id()))
                .orThrow();
        ledger.opened(id, entries);
        return ring;
    }

    /** A Write of some pages: a file takes it later than it is fetched. */
    Transfer write(int pages) {
        long buffer = host.allocate(pages);
        return new Transfer(NvmOpcode.WRITE, pages * PAGE_BLOCKS, 0, buffer, list(buffer, pages));
    }

    /** A Read of {@link #LARGE_PAGES} that may not come from a cache: a file gives its data later than it is fetched. */
    Transfer largeRead(long buffer) {
        return new Transfer(
                NvmOpcode.READ, LARGE_PAGES * PAGE_BLOCKS, IoCommand.FUA, buffer, list(buffer, LARGE_PAGES));
    }

    private long list(long buffer, int pages) {
        long list = host.allocate(1);
        for (int i = 1; i < pages; i++) {
            LittleEndian.putU64(host.memory(), host.at(list) + (i - 1) * 8L, buffer + (long) i * NvmeHost.PAGE);
        }
        return list;
    }

    static int pages(int entries, int entryBytes) {
        return Math.ceilDiv(entries * entryBytes, NvmeHost.PAGE);
    }

    /** Tries to delete a completion queue. */
    HostCompletion delete(CompletionRing ring) {
        return host.admin().execute((sq, at, cid) -> AdminCommand.deleteCompletionQueue(sq, at, cid, ring.id()));
    }

    /** Deletes a submission queue that has nothing outstanding. */
    void deleteIdle(SubmissionRing ring) {
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, ring.id()))
                .orThrow();
        int ignored = ledger.closed(ring.id());
    }

    /** Consumes until nothing is outstanding in any queue, and looks that nothing else was posted. */
    void settle(List<CompletionRing> rings) {
        long[] last = {System.nanoTime(), ledger.completed()};
        host.await("all completions; outstanding " + ledger.outstanding(), () -> {
            rings.forEach(CompletionRing::consume);
            if (ledger.completed() != last[1]) {
                last[0] = System.nanoTime();
                last[1] = ledger.completed();
            }
            return ledger.outstanding() == 0 || System.nanoTime() - last[0] > 3_000_000_000L;
        });
        ledger.assertSettled();
        rings.forEach(CompletionRing::assertNothingElseWasPosted);
    }

    @Override
    public void close() {
        try {
            host.disable();
        } finally {
            transport.close();
        }
    }
}
