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
        };
    }
}
