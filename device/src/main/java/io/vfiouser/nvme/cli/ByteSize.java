package io.vfiouser.nvme.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as a user writes it: {@code 4096}, {@code 4K}, {@code 4KiB}, {@code 2G}. K, M, G and T are powers of
 * 1024 with or without {@code iB}; {@code KB} and the like are refused, since half of their readers mean 1000 by them.
 */
record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("([0-9]+)\\s*([KMGT]?)(iB|B)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT";

    static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size: write bytes, or a number with K, M, G or T"
                    + " (powers of 1024), as in 512, 4K, 64MiB, 1G");
        }
        String unit = matcher.group(2).toUpperCase(Locale.ROOT);
        String tail = matcher.group(3);
        if (!unit.isEmpty() && tail != null && tail.length() == 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' could mean powers of 1000 or of 1024: write " + unit + "iB for 1024");
        }
        if (unit.isEmpty() && tail != null && tail.length() == 2) {
            throw new IllegalArgumentException("'" + text + "' is no size: 'iB' wants K, M, G or T before it");
        }
        int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is more than 8 EiB: no such size is possible", e);
        }
    }

    /** The number with the largest unit that keeps it readable: {@code 1.5 GiB}, {@code 512 B}. */
    static String format(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length() - 1) {
            value /= 1024;
            unit++;
        }
        String number = String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.2f", value);
        return number + " " + UNITS.charAt(unit) + "iB";
    }

    @Override
    public String toString() {
        return format(bytes);
    }

    /** Turns an option's text into a size, with the reason where it cannot. */
    static final class Converter implements ITypeConverter<ByteSize> {

        Converter() {}

        @Override
        public ByteSize convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
