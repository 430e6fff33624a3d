package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "512,512",
        "512B,512",
        "4K,4096",
        "4k,4096",
        "4KiB,4096",
        "64M,67108864",
        "64mib,67108864",
        "2G,2147483648",
        "1 GiB,1073741824",
        "3T,3298534883328"
    })
    void readsNumbersWithPowersOf1024(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "-1", "1.5G", "4KB", "4X", "4iB", "0x10", "9999999999999999999", "9000000T"})
    void refusesWhatIsNoSizeOrAmbiguous(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageContaining(text);
    }

    @Test
    void formatsWithTheLargestUnitThatFits() {
        assertThat(ByteSize.format(511)).isEqualTo("511 B");
        assertThat(ByteSize.format(4096)).isEqualTo("4 KiB");
        assertThat(ByteSize.format(1536 << 20)).isEqualTo("1.50 GiB");
    }
}
