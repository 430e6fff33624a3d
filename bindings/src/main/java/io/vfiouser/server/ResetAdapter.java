package io.vfiouser.server;

import io.vfiouser.abi.Upcalls;
import java.util.Optional;

/** The reset callback: the device's own, and what else begins anew with it. The context's thread only. */
final class ResetAdapter implements Upcalls.Reset {
    private final ResetHandler handler;
    private final CallbackGuard guard;
    private final InterruptGate gate;
    private final Optional<MigrationAdapter> migration;

    /** While native contexts are made or exchanged, the end of one is not the device's. */
    private boolean muted = true;

    private boolean renew;

    ResetAdapter(ResetHandler handler, CallbackGuard guard, InterruptGate gate, Optional<MigrationAdapter> migration) {
        this.handler = handler;
        this.guard = guard;
        this.gate = gate;
        this.migration = migration;
    }

    @Override
    public int reset(int code) {
        return muted ? 0 : guard.status("reset", () -> reset(ResetReason.of(code)));
    }

    private void reset(ResetReason reason) {
        if (reason != ResetReason.LOST_CONNECTION) {
            handler.reset(reason);
            gate.clearPending();
            migration.ifPresent(MigrationAdapter::reset);
            return;
        }
        // Nobody can be told that this failed, so everything goes back to its beginning in any case.
        renew |= migration.isPresent() && migration.get().state() != MigrationState.RUNNING;
        try {
            handler.reset(reason);
        } finally {
            gate.forgetClient();
            migration.ifPresent(MigrationAdapter::reset);
        }
    }

    /** Whether the native context has to be replaced before the next client: it may be in another state than the device. */
    boolean renew() {
        return renew;
    }

    /** The native context was replaced. */
    void renewed() {
        renew = false;
    }

    /** Stops or starts handing resets on. */
    void mute(boolean on) {
        muted = on;
    }
}
