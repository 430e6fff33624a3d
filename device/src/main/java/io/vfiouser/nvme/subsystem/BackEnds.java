package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.BlockDevicePool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the media of a subsystem's namespaces and lets them go, all together. May wait for each of them. */
final class BackEnds {
    private BackEnds() {}

    /**
     * Activates all or none.
     *
     * @param namespaces asked once the pool is active
     * @throws BlockDeviceException if one cannot be activated, or is smaller than it was; names the namespace
     */
    static void activate(Optional<BlockDevicePool> pool, Supplier<List<Namespace>> namespaces) {
        List<Namespace> activated = new ArrayList<>();
        Optional<BlockDevicePool> taken = pool.filter(p -> !p.active());
        taken.ifPresent(BlockDevicePool::activate);
        try {
            for (Namespace namespace : namespaces.get()) {
                activated.add(namespace);
                activate(namespace);
            }
        } catch (RuntimeException | Error e) {
            try {
                release(taken, activated);
            } catch (RuntimeException another) {
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    private static void activate(Namespace namespace) {
        BlockDevice device = namespace.device();
        long announced = device.blockCount();
        try {
            device.activate();
        } catch (BlockDeviceException e) {
            throw new BlockDeviceException(namespace + ": " + e.getMessage(), e);
        }
        long found = device.blockCount();
        if (found < announced) {
            throw new BlockDeviceException(
                    "%s has %d blocks of %d bytes, but had %d when it was announced: give %s its size back"
                            .formatted(
                                    namespace,
                                    found,
                                    device.blockSizeBytes(),
                                    announced,
                                    device.capabilities().description()));
        }
    }

    /**
     * Releases all, the last one first.
     *
     * @throws BlockDeviceException the first failure; all are released all the same
     */
    static void release(Optional<BlockDevicePool> pool, List<Namespace> namespaces) {
        RuntimeException failure = null;
        for (Namespace namespace : namespaces.reversed()) {
            failure = attempt(namespace.device()::release, failure);
        }
        failure = attempt(() -> pool.ifPresent(BlockDevicePool::release), failure);
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable RuntimeException attempt(Runnable action, @Nullable RuntimeException before) {
        try {
            action.run();
            return before;
        } catch (RuntimeException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }
}
