package io.vfiouser.nvme.controller;

import java.util.Objects;

/**
 * What distinguishes one controller from another before any host has set it up.
 *
 * @param pciVendorId PCI vendor, also of the subsystem
 * @param serial serial number, at most 20 ASCII characters
 * @param model model number, at most 40 ASCII characters
 * @param firmware firmware revision, at most 8 ASCII characters
 * @param subsystemName NVMe qualified name of the subsystem
 * @param controllerId CNTLID
 * @param queuePairs most I/O queue pairs, 1 to 128: their doorbells fill one page with the admin queue's
 * @param queueEntries largest I/O queue, 2 to 65,536 entries
 * @param interruptVectors MSI-X vectors, 1 to 256
 * @param transferShift MDTS: largest transfer as a power of two of 4 KiB pages
 */
public record ControllerOptions(
        int pciVendorId,
        String serial,
        String model,
        String firmware,
        String subsystemName,
        int controllerId,
        int queuePairs,
        int queueEntries,
        int interruptVectors,
        int transferShift) {
    /** Most I/O queue pairs. */
    public static final int MAXIMUM_QUEUE_PAIRS = 128;
    /**
     * PCI vendor: with {@link #DEFAULT_PCI_DEVICE} the range that its owner has set aside for use without registration, since PCI has no
     * number for this project. QEMU's own NVMe number would make Linux distrust the namespaces' identifiers.
     */
    public static final int DEFAULT_PCI_VENDOR = 0x1AF4;
    /** PCI device beside {@link #DEFAULT_PCI_VENDOR}. Drivers find an NVMe controller by its class. */
    public static final int DEFAULT_PCI_DEVICE = 0x10F0;

    private static final int LONGEST_SERIAL = 20;
    private static final int LONGEST_MODEL = 40;
    private static final int LONGEST_FIRMWARE = 8;
    private static final int LONGEST_NAME = 223;

    public ControllerOptions {
        requireAscii("serial number", serial, LONGEST_SERIAL);
        requireAscii("model number", model, LONGEST_MODEL);
        requireAscii("firmware revision", firmware, LONGEST_FIRMWARE);
        requireAscii("subsystem name", subsystemName, LONGEST_NAME);
        require(queuePairs >= 1 && queuePairs <= MAXIMUM_QUEUE_PAIRS, "queue pairs", queuePairs);
        require(queueEntries >= 2 && queueEntries <= 65_536, "queue entries", queueEntries);
        require(interruptVectors >= 1 && interruptVectors <= 256, "interrupt vectors", interruptVectors);
        require(transferShift >= 1 && transferShift <= 12, "transfer shift", transferShift);
    }

    /** 128 queue pairs, 64 Ki entries, a vector for each queue, transfers of 1 MiB. */
    public static ControllerOptions of(String serial, String model) {
        return new ControllerOptions(
                DEFAULT_PCI_VENDOR,
                serial,
                model,
                "0.1",
                "nqn.2026-11.io.vfiouser:" + serial,
                1,
                MAXIMUM_QUEUE_PAIRS,
                65_536,
                MAXIMUM_QUEUE_PAIRS + 1,
                8);
    }

    /** Largest transfer in bytes. */
    public long transferBytes() {
        return 1L << (12 + transferShift);
    }

    private static void requireAscii(String what, String text, int longest) {
        Objects.requireNonNull(text, what);
        boolean printable = text.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (text.isBlank() || text.length() > longest || !printable) {
            throw new IllegalArgumentException(
                    "a %s has 1 to %d printable ASCII characters, not \"%s\"".formatted(what, longest, text));
        }
    }

    private static void require(boolean holds, String what, int value) {
        if (!holds) {
            throw new IllegalArgumentException("%s out of range: %d".formatted(what, value));
        }
    }
}
