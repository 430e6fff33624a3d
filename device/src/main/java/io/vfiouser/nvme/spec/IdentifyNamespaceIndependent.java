package io.vfiouser.nvme.spec;

/** Offsets of the I/O Command Set Independent Identify Namespace structure. Base 2.1, section 5.1.13.2.8 (CNS 08h). */
public final class IdentifyNamespaceIndependent {
    /** Common Namespace Features, u8. */
    public static final int NSFEAT = 0;
    /** Namespace Multi-path I/O and Namespace Sharing Capabilities, u8. */
    public static final int NMIC = 1;
    /** Namespace Attributes, u8. */
    public static final int NSATTR = 8;
    /** Namespace Status, u8. */
    public static final int NSTAT = 14;

    /** {@link #NSTAT}: the namespace is ready. */
    public static final int NSTAT_READY = 1;

    private IdentifyNamespaceIndependent() {}
}
