package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.spec.SmartLog;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Numbers with a unit, as nvme-cli shows them. */
final class Quantities {

    private static final BigInteger CELSIUS_ZERO_KELVIN = BigInteger.valueOf(273);
    private static final String SI_PREFIXES = "kMGTPEZYRQ";
    private static final BigDecimal SI_STEP = BigDecimal.valueOf(1000);
    private static final int SI_STEP_DIGITS = 3;

    private Quantities() {}

    /** Kelvins, u16. */
    static Format<BigInteger> temperature() {
        return Format.number(2, Quantities::temperature);
    }

    /** {@code 27 °C (300 K)}. */
    static String temperature(BigInteger kelvins) {
        return kelvins.subtract(CELSIUS_ZERO_KELVIN) + " °C (" + kelvins + " K)";
    }

    /** Per cent, u8. */
    static Format<BigInteger> percent() {
        return Format.number(1, value -> value + "%");
    }

    /** Data units of the SMART log, u128. */
    static Format<BigInteger> dataUnits() {
        BigInteger unitBytes = BigInteger.valueOf(SmartLog.DATA_UNIT_BYTES);
        return Format.number(16, units -> units + " (" + si(units.multiply(unitBytes)) + "B)");
    }

    /** With the largest decimal prefix that leaves a number of at least 1: {@code 1.02 M}. */
    static String si(BigInteger value) {
        BigDecimal scaled = new BigDecimal(value);
        int prefix = -1;
        while (scaled.compareTo(SI_STEP) >= 0 && prefix < SI_PREFIXES.length() - 1) {
            scaled = scaled.movePointLeft(SI_STEP_DIGITS);
            prefix++;
        }
        String number = scaled.setScale(2, RoundingMode.HALF_EVEN).toPlainString();
        return number + " " + (prefix < 0 ? "" : SI_PREFIXES.charAt(prefix));
    }
}
