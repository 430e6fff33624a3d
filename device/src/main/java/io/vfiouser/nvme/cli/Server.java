package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The devices of a server and the subsystem they share, ended together. Any thread may close it, several times. */
final class Server implements AutoCloseable {
    private final NvmSubsystem subsystem;
    private final List<NvmeDevice> devices = new ArrayList<>();
    private @Nullable SizeWatch sizes;
    private boolean closed;

    /** Takes the subsystem over. */
    Server(NvmSubsystem subsystem) {
        this.subsystem = subsystem;
    }

    synchronized void add(Supplier<NvmeDevice> start) {
        devices.add(start.get());
    }

    synchronized List<NvmeDevice> devices() {
        return List.copyOf(devices);
    }

    /** From now on guests hear of images that have another size. */
    synchronized void watchSizes(List<BlockDevice> backEnds) {
        if (!closed) {
            sizes = SizeWatch.start(backEnds);
        }
    }

    /** Waits until all devices have ended, each by itself or closed by another thread. */
    void awaitEnd() throws InterruptedException {
        for (NvmeDevice device : devices()) {
            device.awaitClose();
        }
    }

    /** Finishes what is in flight everywhere, then makes all data durable. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        SizeWatch watch = sizes;
        if (watch != null) {
            watch.close();
        }
        RuntimeException failure = null;
        for (NvmeDevice device : devices.reversed()) {
            failure = tryTo(device::close, failure);
        }
        failure = tryTo(subsystem::close, failure);
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable RuntimeException tryTo(Runnable action, @Nullable RuntimeException before) {
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
