package io.vfiouser.server;

import java.util.ArrayList;
import java.util.List;

/** Remembers what it was told; for tests. */
final class RecordingDma implements DmaListener {
    private final List<DmaRegion> registered = new ArrayList<>();
    private final List<DmaRegion> unregistered = new ArrayList<>();

    @Override
    public synchronized void registered(DmaRegion region) {
        registered.add(region);
    }

    @Override
    public synchronized void unregistered(DmaRegion region) {
        unregistered.add(region);
    }

    synchronized List<DmaRegion> registered() {
        return List.copyOf(registered);
    }

    synchronized List<DmaRegion> unregistered() {
        return List.copyOf(unregistered);
    }
}
