package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.AdminQueueAttributes;
import java.time.Duration;

/**
 * How a driver attaches.
 *
 * @param queues I/O queue pairs wanted; the controller may grant fewer
 * @param depth commands in flight on each I/O queue at most
 * @param memoryBytes guest memory for the caller's buffers; what the queues need comes on top
 * @param hugePages back guest memory with huge pages if enough are reserved
 * @param interrupts completions raise MSI-X interrupts that {@link IoQueue#await} sleeps for; otherwise it polls
 * @param maximumTransferBytes the largest transfer of one command; the controller's limit applies as well
 * @param timeout the longest wait for a command, and for an answer of the server
 * @param iovaBase where guest memory begins for the device; a multiple of 2 MiB
 * @param shadowDoorbells use shadow doorbells for the I/O queues if the controller has them
 * @param dmaRegions in how many regions the device gets guest memory, as far as it is the caller's; the first has what the queues need as well. No more than
 *     {@code memoryBytes} has pages, nor than the server takes; more than 1 neither of huge pages nor movable
 */
public record DriverOptions(
        int queues,
        int depth,
        long memoryBytes,
        boolean hugePages,
        boolean interrupts,
        int maximumTransferBytes,
        Duration timeout,
        long iovaBase,
        boolean shadowDoorbells,
        int dmaRegions) {

    private static final int MAXIMUM_QUEUES = 65_535;
    private static final int MAXIMUM_DEPTH = 65_535;
    private static final long IOVA_ALIGNMENT = 2 << 20;

    public DriverOptions {
        require(queues >= 0 && queues <= MAXIMUM_QUEUES, "queues must be 0 to 65535, not " + queues);
        require(depth >= 1 && depth <= MAXIMUM_DEPTH, "depth must be 1 to 65535, not " + depth);
        require(memoryBytes >= 0, "memory must not be negative");
        require(
                maximumTransferBytes >= HostMemory.PAGE_BYTES && maximumTransferBytes % HostMemory.PAGE_BYTES == 0,
                "the largest transfer must be a multiple of 4096, not " + maximumTransferBytes);
        require(timeout.isPositive(), "the time-out must be positive");
        require(
                dmaRegions == 1 || (dmaRegions > 1 && dmaRegions <= memoryBytes / HostMemory.PAGE_BYTES),
                "DMA regions must be 1 to the number of pages of the caller's memory, "
                        + memoryBytes / HostMemory.PAGE_BYTES + ", not " + dmaRegions);
        require(dmaRegions == 1 || !hugePages, "memory of huge pages is one DMA region, not " + dmaRegions);
        require(iovaBase >= 0 && iovaBase % IOVA_ALIGNMENT == 0, "the IOVA must be a multiple of 2 MiB");
    }

    /** One queue of depth 32, 64 MiB for buffers, polled, transfers up to 1 MiB, ten seconds, doorbell registers only. */
    public static DriverOptions defaults() {
        return new DriverOptions(1, 32, 64 << 20, false, false, 1 << 20, Duration.ofSeconds(10), 1L << 32, false, 1);
    }

    public DriverOptions withQueues(int wanted) {
        return new DriverOptions(
                wanted,
                depth,
                memoryBytes,
                hugePages,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withDepth(int wanted) {
        return new DriverOptions(
                queues,
                wanted,
                memoryBytes,
                hugePages,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withMemoryBytes(long wanted) {
        return new DriverOptions(
                queues,
                depth,
                wanted,
                hugePages,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withHugePages(boolean wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                wanted,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withInterrupts(boolean wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                hugePages,
                wanted,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withMaximumTransferBytes(int wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                hugePages,
                interrupts,
                wanted,
                timeout,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withTimeout(Duration wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                hugePages,
                interrupts,
                maximumTransferBytes,
                wanted,
                iovaBase,
                shadowDoorbells,
                dmaRegions);
    }

    public DriverOptions withShadowDoorbells(boolean wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                hugePages,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                wanted,
                dmaRegions);
    }

    public DriverOptions withDmaRegions(int wanted) {
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                hugePages,
                interrupts,
                maximumTransferBytes,
                timeout,
                iovaBase,
                shadowDoorbells,
                wanted);
    }

    /** Entries of an I/O queue: a power of two, one more than the depth at least, since a full ring cannot be told from an empty one. */
    int ioQueueEntries() {
        return entriesFor(depth);
    }

    static int entriesFor(int depth) {
        return Math.max(AdminQueueAttributes.MINIMUM_ENTRIES, Integer.highestOneBit(depth) << 1);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
