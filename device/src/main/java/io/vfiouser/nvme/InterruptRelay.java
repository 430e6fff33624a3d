package io.vfiouser.nvme;

import io.vfiouser.nvme.controller.InterruptSink;
import io.vfiouser.server.InterruptGate;
import org.jspecify.annotations.Nullable;

/** Takes the controller's interrupts to the context's gate, which exists only after the controller does. */
final class InterruptRelay implements InterruptSink {
    private @Nullable InterruptGate gate;

    /** To be called before the threads start that raise interrupts. */
    void connect(InterruptGate to) {
        gate = to;
    }

    @Override
    public void raise(int vector) {
        InterruptGate connected = gate;
        if (connected != null) {
            connected.raise(vector);
        }
    }
}
