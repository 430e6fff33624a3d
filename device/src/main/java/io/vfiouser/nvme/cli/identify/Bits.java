package io.vfiouser.nvme.cli.identify;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The bits of a field, from the most significant one. What no range names is reserved, and is shown if it is not zero.
 *
 * @param ranges every bit of the field is in one
 */
record Bits(List<BitRange> ranges) implements Function<BigInteger, List<String>> {

    Bits {
        ranges = List.copyOf(ranges);
    }

    /** Fills the gaps between the ranges, which come in falling order. */
    static Bits of(int widthBits, BitRange... named) {
        List<BitRange> all = new ArrayList<>();
        int next = widthBits - 1;
        for (BitRange range : named) {
            if (range.high() > next || range.low() > range.high()) {
                throw new IllegalArgumentException("bits " + range.high() + ":" + range.low() + " are out of order");
            }
            if (range.high() < next) {
                all.add(BitRange.reserved(next, range.high() + 1));
            }
            all.add(range);
            next = range.low() - 1;
        }
        if (next >= 0) {
            all.add(BitRange.reserved(next, 0));
        }
        return new Bits(all);
    }

    /** The same without the flags that are clear. */
    Bits withoutClearFlags() {
        return new Bits(ranges.stream()
                .map(range -> range.isFlag() ? range.hideIfZero() : range)
                .toList());
    }

    @Override
    public List<String> apply(BigInteger field) {
        return ranges.stream()
                .filter(range -> !range.hiddenIfZero() || range.of(field) != 0)
                .map(range -> range.line(field))
                .toList();
    }
}
