package io.vfiouser.nvme.spec;

/** A version as VS and Identify Controller's VER carry it. Base 2.1, section 3.1.4.2. */
public final class SpecVersion {
    /** NVM Express Base 2.1. */
    public static final int V2_1 = of(2, 1, 0);
    /** NVM Command Set 1.1. */
    public static final int NVM_V1_1 = of(1, 1, 0);

    private SpecVersion() {}

    public static int of(int major, int minor, int tertiary) {
        return major << 16 | minor << 8 | tertiary;
    }

    /** "2.1", or "1.2.1" where there is a tertiary number. */
    public static String describe(int version) {
        int tertiary = version & 0xFF;
        String text = (version >>> 16) + "." + (version >>> 8 & 0xFF);
        return tertiary == 0 ? text : text + "." + tertiary;
    }
}
