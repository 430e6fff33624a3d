package io.vfiouser.nvme.spec;

/**
 * The Host Identifier feature: CDW11 says how long an identifier the command carries, the data is the identifier. Base 2.1, section
 * 5.1.25.1.
 */
public final class HostIdentifier {
    /** CDW11: Enable Extended Host Identifier, 128 bits; if 0, 64 bits. */
    public static final int EXHID = 1;
    /** Bytes of an identifier of 64 bits. */
    public static final int LENGTH_BYTES = 8;
    /** Bytes of an extended identifier. */
    public static final int EXTENDED_LENGTH_BYTES = 16;

    private HostIdentifier() {}
}
