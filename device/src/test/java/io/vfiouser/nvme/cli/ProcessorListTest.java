package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorListTest {
    private static BitSet set(int... ids) {
        BitSet set = new BitSet();
        for (int id : ids) {
            set.set(id);
        }
        return set;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"3|3", "2,3|2,3", "2-3|2,3", "7, 0-2|7,0,1,2", "0|0", "5-5|5"})
    void readsNumbersAndRangesInTheirOrder(String text, String ids) {
        assertThat(ProcessorList.parse(text)).hasToString(ids);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "1,", "-1", "1-", "1-2-3", "a", "0x1", "99999", "1.5", "1;2"})
    void refusesWhatIsNoList(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessorList.parse(text))
                .withMessageContaining("2,3 or 2-3");
    }

    @Test
    void refusesRangesThatGoBackAndProcessorsThatAreThereTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessorList.parse("3-2"))
                .withMessageContaining("2-3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessorList.parse("1,0-2"))
                .withMessageContaining("processor 1 is there twice");
    }

    @Test
    void saysWhatTheMachineHasAndWhatThisProcessMayUse() {
        assertThat(ProcessorList.parse("0,2").refusal(set(0, 1, 2, 3), set(0, 2)))
                .isEmpty();
        assertThat(ProcessorList.parse("1,9").refusal(set(0, 1, 2, 5), set(0, 1, 2, 5)))
                .hasValue("this machine has processors 0 to 2, 5, not 9: name some of those");
        assertThat(ProcessorList.parse("2").refusal(set(0, 1, 2), set(0, 1)).orElseThrow())
                .contains("may not run on processor 2, only on 0 to 1", "taskset");
    }

    /** As where the kernel's list cannot be read: what may be used exists. */
    @Test
    void whatMayBeUsedIsNotSaidToBeMissing() {
        assertThat(ProcessorList.parse("1").refusal(set(0), set(0, 1))).isEmpty();
    }
}
