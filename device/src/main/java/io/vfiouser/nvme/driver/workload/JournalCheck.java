package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.GuestThread;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.time.Duration;

/**
 * Reads everything that a {@link FlushJournal} says was flushed: each block must be whole, of the journal's run, and at least as
 * new. Newer is right too, since writes after the last flush may or may not have reached the medium. One thread; uses the first
 * I/O queue.
 */
public final class JournalCheck implements CompletionHandler {

    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final FlushedUnits journal;
    private final TransferSlots slots;
    private final MismatchLog mismatches = new MismatchLog();
    private final int[] slotUnit;
    private final int[] idleSlots;
    private int idleCount;
    private long checked;

    private JournalCheck(FlushedUnits journal, TransferSlots slots) {
        this.journal = journal;
        this.slots = slots;
        this.slotUnit = new int[slots.count()];
        this.idleSlots = new int[slots.count()];
        for (int i = 0; i < slots.count(); i++) {
            idleSlots[idleCount++] = i;
        }
    }

    /**
     * Checks the namespace that the journal names.
     *
     * @param progress told in units
     * @throws IllegalArgumentException if the namespace is not the one of the journal, by size or block size
     */
    public static VerifyReport run(NvmeDriver driver, FlushedUnits journal, Progress progress) {
        NamespaceInfo namespace = driver.namespace(journal.namespaceId());
        if (namespace.blockBytes() != journal.blockBytes() || namespace.blocks() != journal.namespaceBlocks()) {
            throw new IllegalArgumentException("the journal is about a namespace of " + journal.namespaceBlocks()
                    + " blocks of " + journal.blockBytes() + " bytes; this one has " + namespace.blocks() + " of "
                    + namespace.blockBytes());
        }
        long start = System.nanoTime();
        int unitBytes = journal.unitBlocks() * journal.blockBytes();
        try (GuestThread _ = driver.threads().enter();
                DmaBuffer buffer = driver.allocate((long) driver.ioQueue(0).depth() * unitBytes)) {
            TransferSlots slots = new TransferSlots(driver.ioQueue(0), namespace, unitBytes, journal.run(), buffer, 0);
            JournalCheck check = new JournalCheck(journal, slots);
            check.readAll(progress);
            return new VerifyReport(
                    System.nanoTime() - start,
                    unitBytes,
                    0,
                    check.checked,
                    0,
                    check.checked,
                    check.mismatches.count(),
                    check.mismatches.first());
        }
    }

    private void readAll(Progress progress) {
        long total = journal.flushedUnits();
        int unit = 0;
        while (unit < journal.units() || slots.queue().outstanding() > 0) {
            while (unit < journal.units() && idleCount > 0) {
                if (journal.generation(unit) > 0) {
                    int slot = idleSlots[--idleCount];
                    slotUnit[slot] = unit;
                    slots.read(slot, unit);
                }
                unit++;
            }
            slots.queue().await(this, PATIENCE);
            progress.at(checked, total);
        }
    }

    @Override
    public void completed(long tag, int statusField, long result) {
        int slot = (int) tag;
        if (statusField != 0) {
            throw new NvmeCommandException(
                    "Read of unit " + slotUnit[slot], new NvmeCompletion((int) result, 0, statusField));
        }
        slots.check(slot, slotUnit[slot], journal.generation(slotUnit[slot]), Long.MAX_VALUE, mismatches);
        checked++;
        idleSlots[idleCount++] = slot;
    }
}
