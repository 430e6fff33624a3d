package io.vfiouser.nvme.spec;

/** Opcodes of the NVM command set. NVM Command Set 1.1, chapter 3; Flush is Base 2.1, section 7.2. */
public final class NvmOpcode {
    public static final int FLUSH = 0x00;
    public static final int WRITE = 0x01;
    public static final int READ = 0x02;
    public static final int WRITE_UNCORRECTABLE = 0x04;
    public static final int COMPARE = 0x05;
    public static final int WRITE_ZEROES = 0x08;
    public static final int DATASET_MANAGEMENT = 0x09;
    public static final int VERIFY = 0x0C;
    public static final int COPY = 0x19;

    private NvmOpcode() {}

    /** The command's name in the specification, or its number. */
    public static String describe(int opcode) {
        return switch (opcode) {
            case FLUSH -> "Flush";
            case WRITE -> "Write";
            case READ -> "Read";
            case WRITE_UNCORRECTABLE -> "Write Uncorrectable";
            case COMPARE -> "Compare";
            case WRITE_ZEROES -> "Write Zeroes";
            case DATASET_MANAGEMENT -> "Dataset Management";
            case VERIFY -> "Verify";
            case COPY -> "Copy";
            default -> "NVM opcode %02Xh".formatted(opcode);
        };
    }
}
