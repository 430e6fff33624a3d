package io.vfiouser.benchmarks.sidebyside;

/** Bytes as people write them: 512, 4K, 128K, 1G. */
final class Size {

    private static final String UNITS = "KMG";

    private Size() {}

    static long parse(String text) {
        if (!text.matches("[1-9][0-9]{0,8}[KMG]?")) {
            throw new IllegalArgumentException("no size: " + text + "; write it as 512, 4K, 128M or 1G");
        }
        int unit = UNITS.indexOf(text.charAt(text.length() - 1));
        return unit < 0 ? Long.parseLong(text) : Long.parseLong(text.substring(0, text.length() - 1)) * unitBytes(unit);
    }

    static String format(long bytes) {
        for (int unit = UNITS.length() - 1; unit >= 0; unit--) {
            if (bytes >= unitBytes(unit) && bytes % unitBytes(unit) == 0) {
                return bytes / unitBytes(unit) + UNITS.substring(unit, unit + 1);
            }
        }
        return Long.toString(bytes);
    }

    private static long unitBytes(int unit) {
        return 1L << (10 * (unit + 1));
    }
}
