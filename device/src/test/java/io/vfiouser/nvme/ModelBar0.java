package io.vfiouser.nvme;

import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registers of a controller, and its doorbells, which are mapped. */
final class ModelBar0 {
    private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[NvmeController.DOORBELL_BYTES]);

    private final NvmeController controller;
    private final MemorySegment doorbells;

    ModelBar0(NvmeController controller, ModelMemory memory) {
        this.controller = controller;
        this.doorbells = memory.doorbells();
    }

    int read32(int register) {
        MemorySegment into = MemorySegment.ofArray(new byte[Integer.BYTES]);
        controller.readBar0(register, into);
        return LittleEndian.i32(into, 0);
    }

    long read64(int register) {
        MemorySegment into = MemorySegment.ofArray(new byte[Long.BYTES]);
        controller.readBar0(register, into);
        return LittleEndian.i64(into, 0);
    }

    void write32(int register, int value) {
        MemorySegment from = MemorySegment.ofArray(new byte[Integer.BYTES]);
        LittleEndian.putU32(from, 0, value);
        controller.writeBar0(register, from);
    }

    void write64(int register, long value) {
        MemorySegment from = MemorySegment.ofArray(new byte[Long.BYTES]);
        LittleEndian.putU64(from, 0, value);
        controller.writeBar0(register, from);
    }

    void doorbell(int offset, int value) {
        LittleEndian.putU32Release(doorbells, offset - ControllerRegisters.DOORBELLS, value);
    }

    /** In what it differs from a controller after power-on, or nothing. */
    @Nullable
    String traces() {
        for (int register : List.of(
                ControllerRegisters.CC,
                ControllerRegisters.CSTS,
                ControllerRegisters.AQA,
                ControllerRegisters.ASQ,
                ControllerRegisters.ACQ)) {
            if (read32(register) != 0) {
                return "register %02x is %08x".formatted(register, read32(register));
            }
        }
        long rung = doorbells.mismatch(ZEROES);
        if (rung >= 0) {
            return "the doorbell at %x is not 0".formatted(rung);
        }
        return null;
    }
}
