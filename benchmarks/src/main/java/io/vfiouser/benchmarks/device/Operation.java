package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.spec.NvmOpcode;

/** The commands that are measured, by the specification's names. */
public enum Operation {
    READ(NvmOpcode.READ, true),
    WRITE(NvmOpcode.WRITE, true),
    FLUSH(NvmOpcode.FLUSH, false),
    WRITE_ZEROES(NvmOpcode.WRITE_ZEROES, false),
    COMPARE(NvmOpcode.COMPARE, true),
    VERIFY(NvmOpcode.VERIFY, false),
    DATASET_MANAGEMENT(NvmOpcode.DATASET_MANAGEMENT, false);

    private final int opcode;
    private final boolean transfersBlocks;

    Operation(int opcode, boolean transfersBlocks) {
        this.opcode = opcode;
        this.transfersBlocks = transfersBlocks;
    }

    int opcode() {
        return opcode;
    }

    /** Whether its data pointer describes as many bytes as its blocks have. */
    boolean transfersBlocks() {
        return transfersBlocks;
    }
}
