package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class BitsTest {

    private static final Bits BITS = Bits.of(
            8,
            BitRange.supported(6, "Flight"),
            BitRange.number(4, 3, "Wings"),
            BitRange.choice(1, 0, "Grey", "Red", "Blue"));

    @Test
    void explainsRangesFromTheTopWithTheirOwnValue() {
        assertThat(BITS.apply(BigInteger.valueOf(0x52)))
                .containsExactly("  [6:6] : 0x1\tFlight Supported", "  [4:3] : 0x2\tWings", "  [1:0] : 0x2\tBlue");
    }

    @Test
    void hidesUnknownBitsThatAreZeroAndShowsOthersAsReserved() {
        assertThat(BITS.apply(BigInteger.ZERO))
                .containsExactly("  [6:6] : 0\tFlight Not Supported", "  [4:3] : 0\tWings", "  [1:0] : 0\tGrey");
        assertThat(BITS.apply(BigInteger.valueOf(0xFF)))
                .containsExactly(
                        "  [7:7] : 0x1\tReserved",
                        "  [6:6] : 0x1\tFlight Supported",
                        "  [5:5] : 0x1\tReserved",
                        "  [4:3] : 0x3\tWings",
                        "  [2:2] : 0x1\tReserved",
                        "  [1:0] : 0x3\tReserved");
    }

    @Test
    void refusesRangesOutOfOrder() {
        BitRange low = BitRange.number(1, 0, "low");
        assertThatIllegalArgumentException().isThrownBy(() -> Bits.of(8, low, BitRange.number(2, 1, "overlaps")));
        assertThatIllegalArgumentException().isThrownBy(() -> Bits.of(8, BitRange.number(8, 7, "outside")));
    }
}
