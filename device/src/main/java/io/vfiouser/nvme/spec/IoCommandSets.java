package io.vfiouser.nvme.spec;

/** The Identify I/O Command Set data structure: 512 vectors of 8 bytes. Base 2.1, section 5.1.13.2.20 (CNS 1Ch). */
public final class IoCommandSets {
    /** Bytes of one vector. */
    public static final int VECTOR_BYTES = 8;
    /** In a vector: the NVM command set. */
    public static final long NVM = 1;

    private IoCommandSets() {}
}
