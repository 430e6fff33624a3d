package io.vfiouser.nvme;

import io.vfiouser.server.DeviceContext;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a migration needs of the PCI function that the native library serves. Context's thread. */
interface FunctionPort {
    /** Configuration space, writable; to be asked for anew after each message. */
    MemorySegment configSpace();

    /** Vectors that wait to be attached or unmasked, ascending. */
    List<Integer> pendingVectors();

    /** Raises an interrupt as soon as it can be delivered. */
    void raise(int vector);

    /** That of a context. */
    static FunctionPort of(DeviceContext context) {
        return new FunctionPort() {
            @Override
            public MemorySegment configSpace() {
                return context.configSpace();
            }

            @Override
            public List<Integer> pendingVectors() {
                return context.interrupts().pendingVectors();
            }

            @Override
            public void raise(int vector) {
                context.interrupts().raise(vector);
            }
        };
    }
}
