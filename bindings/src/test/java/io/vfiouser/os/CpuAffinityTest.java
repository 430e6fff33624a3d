package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class CpuAffinityTest {
    @Test
    void pinsOnlyTheCallingThread() throws Exception {
        BitSet before = CpuAffinity.allowed();
        int cpu = before.length() - 1;
        try (var other = Executors.newSingleThreadExecutor()) {
            BitSet pinned = other.submit(() -> {
                        CpuAffinity.pin(cpu);
                        return CpuAffinity.allowed();
                    })
                    .get();
            assertThat(pinned.stream()).containsExactly(cpu);
        }
        assertThat(CpuAffinity.allowed()).isEqualTo(before);
    }

    @Test
    void whatMayBeUsedIsOnline() {
        BitSet online = CpuAffinity.online();
        assertThat(online.cardinality()).isPositive();
        BitSet both = CpuAffinity.allowed();
        both.and(online);
        assertThat(both.isEmpty()).isFalse();
    }

    @Test
    void refusesProcessorsThatDoNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> CpuAffinity.pin(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> CpuAffinity.pin(1 << 20));
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> CpuAffinity.pin(1023))
                .withMessageContaining("EINVAL");
    }
}
