package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.GuestThread;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * SHA-256 of a whole namespace: chunks are read ahead over all queues and hashed in order. One thread; uses all I/O queues of the
 * driver.
 */
public final class NamespaceHash implements CompletionHandler {

    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final NvmeDriver driver;
    private final NamespaceInfo namespace;
    private final int chunkBytes;
    private final int slots;
    private final boolean[] arrived;

    private NamespaceHash(NvmeDriver driver, NamespaceInfo namespace, int chunkBytes) {
        this.driver = driver;
        this.namespace = namespace;
        this.chunkBytes = chunkBytes;
        this.slots = driver.ioQueueCount() * driver.ioQueue(0).depth();
        this.arrived = new boolean[slots];
    }

    /**
     * Reads and hashes.
     *
     * @param chunkBytes read by one command; a multiple of the block size, within the controller's limit
     * @param progress told in bytes
     * @return 64 hexadecimal digits
     */
    public static String sha256(NvmeDriver driver, NamespaceInfo namespace, int chunkBytes, Progress progress) {
        if (chunkBytes % namespace.blockBytes() != 0 || chunkBytes > driver.maximumTransferBytes()) {
            throw new IllegalArgumentException("chunks of " + chunkBytes + " bytes: not whole blocks of "
                    + namespace.blockBytes() + " bytes, or more than the controller takes at once ("
                    + driver.maximumTransferBytes() + ")");
        }
        try (GuestThread _ = driver.threads().enter()) {
            return new NamespaceHash(driver, namespace, chunkBytes).run(progress);
        }
    }

    private String run(Progress progress) {
        long total = namespace.lengthBytes();
        long chunks = Math.ceilDiv(total, chunkBytes);
        MessageDigest digest = newDigest();
        try (DmaBuffer buffer = driver.allocate((long) slots * chunkBytes)) {
            long submitted = 0;
            long hashed = 0;
            while (hashed < chunks) {
                while (submitted < chunks && submitted - hashed < slots) {
                    submit(buffer, submitted++);
                }
                int slot = (int) (hashed % slots);
                // the queue is waited for whose completion is due; the others are polled when it is their turn
                while (!arrived[slot]) {
                    queueOf(slot).await(this, PATIENCE);
                }
                arrived[slot] = false;
                long length = Math.min(chunkBytes, total - hashed * chunkBytes);
                digest.update(buffer.segment()
                        .asSlice((long) slot * chunkBytes, length)
                        .asByteBuffer());
                hashed++;
                progress.at(Math.min(total, hashed * chunkBytes), total);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void submit(DmaBuffer buffer, long chunk) {
        int slot = (int) (chunk % slots);
        long start = chunk * chunkBytes;
        int length = (int) Math.min(chunkBytes, namespace.lengthBytes() - start);
        IoQueue queue = queueOf(slot);
        boolean room = queue.read(
                namespace.id(),
                start / namespace.blockBytes(),
                length / namespace.blockBytes(),
                buffer.iova() + (long) slot * chunkBytes,
                length,
                slot);
        if (!room) {
            throw new IllegalStateException("queue " + queue.id() + " is used by somebody else");
        }
        queue.ring();
    }

    private IoQueue queueOf(int slot) {
        return driver.ioQueue(slot % driver.ioQueueCount());
    }

    @Override
    public void completed(long tag, int statusField, long result) {
        if (statusField != 0) {
            throw new NvmeCommandException(
                    "Read of namespace " + namespace.id(), new NvmeCompletion((int) result, 0, statusField));
        }
        arrived[(int) tag] = true;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
