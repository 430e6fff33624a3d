package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockRanges;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.memory.UpcomingRegions;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the entries of a batch before the first of them is executed. Otherwise each command would wait for memory alone: for its
 * entry, which the cache of the host's processor still has, then for the first of its blocks. Looked at together they arrive together,
 * first all entries, then all blocks. While there is none, looks at the place of the one that comes next.
 *
 * <p>What is read here decides nothing: the guest may change an entry until it is fetched, and then all of it is checked. Poller's thread.
 */
final class UpcomingCommands {
    /** Entries looked at at a time: what they brought must still be in the cache when their turn comes. */
    static final int WINDOW = 8;

    /** Hardly any entry begins with it. */
    private static final long UNLIKELY = -1;

    private final QueuePoller poller;
    /** Where the last commands came from, if that queue is still there. */
    private @Nullable SubmissionQueue recent;

    private final BlockRanges ranges = new BlockRanges(WINDOW);
    private final UpcomingRegions regions = new UpcomingRegions(WINDOW);
    /** Nobody reads it; without it the loads that fill it would not be made at all. */
    @SuppressWarnings("UnusedVariable")
    private long loaded;

    UpcomingCommands(QueuePoller poller) {
        this.poller = poller;
    }

    /** Commands came from this queue, as the next one likely will. */
    void cameFrom(SubmissionQueue queue) {
        if (recent != queue) {
            recent = queue;
        }
    }

    /** The poller's queues are others from now on. */
    void forgetQueue() {
        recent = null;
    }

    /**
     * While the poller waits: loads the beginning of the entry that likely comes next. The host writes it, then the doorbell; so both lines
     * are on their way from the host's processor together, where otherwise the entry's would be asked for when the doorbell's has arrived.
     */
    void awaitNext() {
        SubmissionQueue likely = recent;
        if (likely != null
                && likely.ring().mapped()
                && NativeMemory.i64(likely.ring().segment(), likely.next()) == UNLIKELY) {
            // A store, but hardly ever one: without it the load would not be made.
            loaded++;
        }
    }

    /** Looks at the next {@code count} entries of a queue whose ring is mapped, at {@link #WINDOW} at most. */
    void lookAt(SubmissionQueue queue, MemorySegment entries, int count) {
        int looked = Math.min(count, WINDOW);
        load(queue, entries, looked);
        RegionTable table = poller.table();
        if (UpcomingRegions.helpWith(table)) {
            lookAtRegions(queue, entries, looked, table);
        }
        announce(queue, entries, looked);
    }

    private void load(SubmissionQueue queue, MemorySegment entries, int count) {
        long at = queue.next();
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += NativeMemory.i64(entries, at);
            at = queue.after(at);
        }
        loaded = sum;
    }

    private void lookAtRegions(SubmissionQueue queue, MemorySegment entries, int count, RegionTable table) {
        // As in announce.
        regions.clear();
        long at = queue.next();
        for (int i = 0; i < count; i++) {
            regions.add(SubmissionEntry.prp1(entries, at));
            at = queue.after(at);
        }
        regions.lookAt(table);
    }

    /** Tells the namespaces, each of all that follow one another. */
    private void announce(SubmissionQueue queue, MemorySegment entries, int count) {
        // An error of the guest's memory may have ended the last look in its middle.
        ranges.clear();
        NamespaceChannel namespace = null;
        int namespaceId = 0;
        long at = queue.next();
        for (int i = 0; i < count; i++) {
            long first = NativeMemory.i64(entries, at + SubmissionEntry.CDW0);
            int opcode = SubmissionEntry.opcode((int) first);
            if (opcode == NvmOpcode.READ || opcode == NvmOpcode.WRITE) {
                int named = (int) (first >>> 32);
                if (named != namespaceId) {
                    tell(namespace);
                    namespace = poller.namespace(named);
                    namespaceId = named;
                }
                if (namespace != null) {
                    add(namespace.deviceShift(), entries, at);
                }
            }
            at = queue.after(at);
        }
        tell(namespace);
    }

    private void add(int deviceShift, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        long blocks = IoCommand.blockCount(SubmissionEntry.cdw12(entries, offset));
        ranges.add(lba << deviceShift, blocks << deviceShift);
    }

    private void tell(@Nullable NamespaceChannel namespace) {
        if (namespace != null) {
            namespace.channel().expect(ranges);
            ranges.clear();
        }
    }
}
