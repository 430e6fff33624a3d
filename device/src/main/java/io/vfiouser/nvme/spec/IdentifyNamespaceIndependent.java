package io.vfiouser.nvme.spec;

/** Offsets of the I/O Command Set Independent Identify Namespace structure. Base 2.1, section 5.1.13.2.8 (CNS 08h). */
public final class IdentifyNamespaceIndependent {
    /** Common Namespace Features, u8. */
    public static final int NSFEAT = 0;
    /** Namespace Multi-path I/O and Namespace Sharing Capabilities, u8. */
    public static final int NMIC = 1;
    /** Reservation Capabilities, u8. */
    public static final int RESCAP = 2;
    /** Format Progress Indicator, u8: as {@link IdentifyNamespace#FPI}. */
    public static final int FPI = 3;
    /** ANA Group Identifier, u32. */
    public static final int ANAGRPID = 4;
    /** Namespace Attributes, u8: as {@link IdentifyNamespace#NSATTR}. */
    public static final int NSATTR = 8;
    /** NVM Set Identifier, u16. */
    public static final int NVMSETID = 10;
    /** Endurance Group Identifier, u16. */
    public static final int ENDGID = 12;
    /** Namespace Status, u8. */
    public static final int NSTAT = 14;
    /** Key Per I/O Status, u8. */
    public static final int KPIOS = 15;
    /** Maximum Key Tag, u16. */
    public static final int MAXKT = 16;
    /** Reachability Group Identifier, u32. */
    public static final int RGRPID = 20;

    /** {@link #NSFEAT}: identifiers are not reused. */
    public static final int NSFEAT_UNIQUE_IDENTIFIERS = 1 << 3;
    /** {@link #NSFEAT}: rotational media. */
    public static final int NSFEAT_ROTATIONAL = 1 << 4;
    /** {@link #NSFEAT}: no volatile write cache is in the way of this namespace. */
    public static final int NSFEAT_NO_VOLATILE_WRITE_CACHE = 1 << 5;
    /** {@link #NMIC}: the namespace may be attached to several controllers. */
    public static final int NMIC_SHARED = IdentifyNamespace.NMIC_SHARED;

    /** {@link #NSTAT}: the namespace is ready. */
    public static final int NSTAT_READY = 1;

    private IdentifyNamespaceIndependent() {}
}
