package io.vfiouser.nvme.cli.migrate;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Numbers for people: three digits that count, and a dash for what is not known. */
final class Quantity {
    static final double MIB = 1 << 20;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String NOTHING = "-";

    private Quantity() {}

    /** {@code 1.42} of 1,420,000 ns. */
    static String millis(long nanos) {
        return digits(nanos / NANOS_PER_MILLI);
    }

    static String millis(OptionalLong nanos) {
        return nanos.isEmpty() ? NOTHING : millis(nanos.getAsLong());
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / NANOS_PER_SECOND);
    }

    static String mib(long bytes) {
        return digits(bytes / MIB);
    }

    static String mibPerSecond(OptionalDouble bytesPerSecond) {
        return bytesPerSecond.isEmpty() ? NOTHING : digits(bytesPerSecond.getAsDouble() / MIB);
    }

    static String whole(OptionalDouble number) {
        return number.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%.0f", number.getAsDouble());
    }

    private static String digits(double value) {
        double size = Math.abs(value);
        int decimals = size == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
