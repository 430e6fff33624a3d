package io.vfiouser.nvme.spec;

/**
 * The FID Supported and Effects data structure, a dword for each of 256 features, and the log page made of them. Base 2.1, section
 * 5.1.12.1.18.
 */
public final class FeatureEffects {
    /** Bytes of the log page. */
    public static final int LENGTH_BYTES = 1024;
    /** FID Supported. */
    public static final int FSUPP = 1;
    /** User Data Content Change. */
    public static final int UDCC = 1 << 1;
    /** Namespace Capability Change. */
    public static final int NCC = 1 << 2;
    /** Namespace Inventory Change. */
    public static final int NIC = 1 << 3;
    /** Controller Capability Change. */
    public static final int CCC = 1 << 4;
    /** UUID Selection Supported. */
    public static final int UUID_SELECTION = 1 << 19;
    /** FID Scope: namespace. */
    public static final int SCOPE_NAMESPACE = 1 << 20;
    /** FID Scope: controller. */
    public static final int SCOPE_CONTROLLER = 1 << 21;
    /** FID Scope: NVM set. */
    public static final int SCOPE_NVM_SET = 1 << 22;
    /** FID Scope: endurance group. */
    public static final int SCOPE_ENDURANCE_GROUP = 1 << 23;
    /** FID Scope: domain. */
    public static final int SCOPE_DOMAIN = 1 << 24;
    /** FID Scope: NVM subsystem. */
    public static final int SCOPE_SUBSYSTEM = 1 << 25;
    /** FID Scope: controller data queue. */
    public static final int SCOPE_CONTROLLER_DATA_QUEUE = 1 << 26;

    private FeatureEffects() {}

    /** Offset of a feature's dword. */
    public static int of(int feature) {
        return feature * 4;
    }
}
