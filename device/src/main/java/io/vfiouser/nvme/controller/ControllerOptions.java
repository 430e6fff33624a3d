package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.subsystem.NvmSubsystem;

/**
 * What distinguishes one controller from another before any host has set it up.
 *
 * @param pciVendorId PCI vendor, also of the subsystem
 * @param controllerId CNTLID
 * @param queuePairs most I/O queue pairs, 1 to 128: their doorbells fill one page with the admin queue's
 * @param queueEntries largest I/O queue, 2 to 65,536 entries
 * @param interruptVectors MSI-X vectors, 1 to 256
 * @param transferShift MDTS: largest transfer as a power of two of 4 KiB pages
 * @param shadowDoorbells whether hosts are offered Doorbell Buffer Config; how this controller works, and no promise that moves with it
 */
public record ControllerOptions(
        int pciVendorId,
        int controllerId,
        int queuePairs,
        int queueEntries,
        int interruptVectors,
        int transferShift,
        boolean shadowDoorbells) {
    /** Most I/O queue pairs. */
    public static final int MAXIMUM_QUEUE_PAIRS = 128;
    /**
     * PCI vendor: with {@link #DEFAULT_PCI_DEVICE} the range that its owner has set aside for use without registration, since PCI has no
     * number for this project. QEMU's own NVMe number would make Linux distrust the namespaces' identifiers.
     */
    public static final int DEFAULT_PCI_VENDOR = 0x1AF4;
    /** PCI device beside {@link #DEFAULT_PCI_VENDOR}. Drivers find an NVMe controller by its class. */
    public static final int DEFAULT_PCI_DEVICE = 0x10F0;

    public ControllerOptions {
        require(
                controllerId >= 0 && controllerId <= NvmSubsystem.MAXIMUM_CONTROLLER_ID,
                "controller identifier",
                controllerId);
        require(queuePairs >= 1 && queuePairs <= MAXIMUM_QUEUE_PAIRS, "queue pairs", queuePairs);
        require(queueEntries >= 2 && queueEntries <= 65_536, "queue entries", queueEntries);
        require(interruptVectors >= 1 && interruptVectors <= 256, "interrupt vectors", interruptVectors);
        require(transferShift >= 1 && transferShift <= 12, "transfer shift", transferShift);
    }

    /** 128 queue pairs, 64 Ki entries, a vector for each queue, transfers of 1 MiB, shadow doorbells. */
    public static ControllerOptions of(int controllerId) {
        return new ControllerOptions(
                DEFAULT_PCI_VENDOR, controllerId, MAXIMUM_QUEUE_PAIRS, 65_536, MAXIMUM_QUEUE_PAIRS + 1, 8, true);
    }

    /** The same, with shadow doorbells or without. */
    public ControllerOptions withShadowDoorbells(boolean offered) {
        return new ControllerOptions(
                pciVendorId, controllerId, queuePairs, queueEntries, interruptVectors, transferShift, offered);
    }

    /** Largest transfer in bytes. */
    public long transferBytes() {
        return 1L << (12 + transferShift);
    }

    private static void require(boolean holds, String what, int value) {
        if (!holds) {
            throw new IllegalArgumentException("%s out of range: %d".formatted(what, value));
        }
    }
}
