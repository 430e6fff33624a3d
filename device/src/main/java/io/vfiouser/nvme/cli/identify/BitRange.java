package io.vfiouser.nvme.cli.identify;

import java.math.BigInteger;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Neighbouring bits of a field, and what their value means.
 *
 * @param high the most significant bit
 * @param low the least significant bit
 * @param hiddenIfZero whether zero is not worth a line
 * @param meaning of the value of these bits, shifted down
 */
record BitRange(int high, int low, boolean hiddenIfZero, LongFunction<String> meaning) {

    static final String RESERVED = "Reserved";

    /** A bit that is set if the controller can do what is named. */
    static BitRange supported(int bit, String name) {
        return flag(bit, name + " Not Supported", name + " Supported");
    }

    /** A bit with two meanings. */
    static BitRange flag(int bit, String clear, String set) {
        return new BitRange(bit, bit, false, value -> value == 0 ? clear : set);
    }

    /** A number that its name explains. */
    static BitRange number(int high, int low, String name) {
        return new BitRange(high, low, false, value -> name);
    }

    /** A code; what is missing at the end of the list is reserved. */
    static BitRange choice(int high, int low, String... meanings) {
        List<String> list = List.of(meanings);
        return new BitRange(high, low, false, value -> value < list.size() ? list.get((int) value) : RESERVED);
    }

    static BitRange reserved(int high, int low) {
        return new BitRange(high, low, true, value -> RESERVED);
    }

    BitRange hideIfZero() {
        return new BitRange(high, low, true, meaning);
    }

    boolean isFlag() {
        return high == low;
    }

    /** The value of these bits in the field. */
    long of(BigInteger field) {
        long mask = (1L << (high - low + 1)) - 1;
        return field.shiftRight(low).longValue() & mask;
    }

    /** The line that explains these bits of a field. */
    String line(BigInteger field) {
        long value = of(field);
        String range = "  [" + high + ":" + low + "] : ";
        return range + Format.hex(BigInteger.valueOf(value)) + "\t" + meaning.apply(value);
    }
}
