package io.vfiouser.nvme.block;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pools of this package have in common: who belongs to them, how much room that takes, and in which order things happen. How devices
 * are stored is theirs. Changes wait for one another; questions wait for nobody.
 */
abstract sealed class EmbeddedBlockDevicePool implements BlockDevicePool
        permits DirectoryBlockDevicePool, RamBlockDevicePool {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBlockDevicePool.class);

    private final String name;
    private final long totalBytes;
    private final ConcurrentNavigableMap<Integer, BlockDevice> devices = new ConcurrentSkipListMap<>();

    /** Guarded by this. */
    private boolean closed;

    /** @param name what it is called in messages */
    EmbeddedBlockDevicePool(String name, long totalBytes) {
        if (totalBytes <= 0) {
            throw new IllegalArgumentException(
                    name + " with a capacity of " + totalBytes + " bytes can hold nothing: give it more");
        }
        this.name = name;
        this.totalBytes = totalBytes;
    }

    /** Makes a device, all of it or nothing; what can be checked beforehand has been checked. */
    abstract BlockDevice make(int number, long sizeBytes, int blockSizeBytes, BlockIdentity identity);

    /** Destroys what a closed device has stored. Repeated after a failure. */
    abstract void destroy(BlockDevice device);

    /** Lets the medium go. No device is open any more. Repeated if the pool is closed twice. */
    abstract void releaseMedium();

    @Override
    public final synchronized BlockDevice create(
            int namespaceId, long sizeBytes, int blockSizeBytes, BlockIdentity identity) {
        requireOpen();
        requireActive();
        if (namespaceId < 1) {
            throw new IllegalArgumentException("devices of a pool are numbered from 1, not " + namespaceId);
        }
        if (!BlockCapabilities.isBlockSize(blockSizeBytes)) {
            throw new IllegalArgumentException("a block has 512 or 4096 bytes, not " + blockSizeBytes);
        }
        if (sizeBytes <= 0 || sizeBytes % blockSizeBytes != 0) {
            throw new IllegalArgumentException(
                    sizeBytes + " bytes are no positive multiple of the block size " + blockSizeBytes);
        }
        if (devices.containsKey(namespaceId)) {
            throw new IllegalStateException(name + " has a device " + namespaceId + " already: delete it first");
        }
        long left = unallocatedBytes();
        if (sizeBytes > left) {
            throw new InsufficientCapacityException(name + " has " + left + " of " + totalBytes + " bytes left, not "
                    + sizeBytes + ": delete a namespace, or give the pool more capacity");
        }
        BlockDevice device = make(namespaceId, sizeBytes, blockSizeBytes, identity);
        devices.put(namespaceId, device);
        return device;
    }

    @Override
    public final synchronized void delete(BlockDevice device) {
        requireOpen();
        requireActive();
        int number = numberOf(device);
        try {
            device.close();
        } catch (BlockDeviceException e) {
            LOG.warn("{}; it is deleted anyway", e.getMessage());
        }
        destroy(device);
        devices.remove(number);
    }

    /** Brings the devices up to date, if others may have changed the medium. */
    void lookAgain() {}

    @Override
    public final Map<Integer, BlockDevice> existing() {
        lookAgain();
        Map<Integer, BlockDevice> snapshot = new LinkedHashMap<>();
        devices.forEach(snapshot::put);
        return Collections.unmodifiableMap(snapshot);
    }

    @Override
    public final long totalBytes() {
        return totalBytes;
    }

    @Override
    public final long unallocatedBytes() {
        return Math.max(0, totalBytes - allocatedBytes());
    }

    @Override
    public final synchronized void close() {
        BlockDeviceException lost = null;
        for (Map.Entry<Integer, BlockDevice> member : devices.entrySet()) {
            try {
                member.getValue().close();
            } catch (BlockDeviceException e) {
                if (lost == null) {
                    lost = e;
                } else {
                    lost.addSuppressed(e);
                }
            }
            devices.remove(member.getKey());
        }
        closed = true;
        releaseMedium();
        if (lost != null) {
            throw lost;
        }
    }

    final long allocatedBytes() {
        long bytes = 0;
        for (BlockDevice device : devices.values()) {
            bytes += device.blockCount() * device.blockSizeBytes();
            if (bytes < 0) {
                // Sparse images announce what no disk has.
                return Long.MAX_VALUE;
            }
        }
        return bytes;
    }

    /** While the pool is opened: adds a device of an earlier life, unless the number is taken; returns who has it then. */
    final @Nullable BlockDevice found(int number, BlockDevice device) {
        return devices.putIfAbsent(number, device);
    }

    /** Keeps those devices only that have one of these numbers and are fit for it. Inactive devices hold nothing that would have to be closed. */
    final void keep(BiPredicate<Integer, BlockDevice> fit) {
        devices.entrySet().removeIf(member -> !fit.test(member.getKey(), member.getValue()));
    }

    private void requireActive() {
        if (!active()) {
            throw new IllegalStateException(name + " is not active: somebody else may have it");
        }
    }

    private int numberOf(BlockDevice device) {
        for (Map.Entry<Integer, BlockDevice> member : devices.entrySet()) {
            if (member.getValue().equals(device)) {
                return member.getKey();
            }
        }
        throw new IllegalArgumentException("the device is not, or no longer, one of " + name);
    }

    final synchronized boolean isClosed() {
        return closed;
    }

    final void requireOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }
}
