package io.vfiouser.nvme.block;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What all back ends of this package have in common: size, activity, open channels, listeners. */
final class DeviceState {
    private final BlockDevice device;
    private final List<ResizeListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger channels = new AtomicInteger();
    private final Object resizing = new Object();
    private volatile long blockCount;
    private volatile boolean active;
    private volatile boolean closed;

    DeviceState(BlockDevice device, long blockCount) {
        this.device = device;
        this.blockCount = blockCount;
    }

    long blockCount() {
        return blockCount;
    }

    boolean active() {
        return active;
    }

    void activated() {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        active = true;
    }

    void deactivated() {
        active = false;
    }

    void requireActive() {
        if (!active) {
            throw new IllegalStateException("the device is not active");
        }
    }

    void channelOpened() {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        channels.incrementAndGet();
    }

    void channelClosed() {
        channels.decrementAndGet();
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends the device, unless channels are open. */
    void closed() {
        int open = channels.get();
        if (open > 0) {
            throw new IllegalStateException(open + " channels of the device are open: close them first");
        }
        active = false;
        closed = true;
    }

    void resized(long newBlockCount) {
        synchronized (resizing) {
            long old = blockCount;
            if (old == newBlockCount) {
                return;
            }
            blockCount = newBlockCount;
            for (ResizeListener listener : listeners) {
                listener.resized(device, old, newBlockCount);
            }
        }
    }

    void addResizeListener(ResizeListener listener) {
        listeners.add(listener);
    }

    void removeResizeListener(ResizeListener listener) {
        listeners.remove(listener);
    }
}
