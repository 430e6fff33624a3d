package io.vfiouser.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AsynchronousEventTest {
    @Test
    void dw0NamesTypeInformationAndLogPage() {
        assertThat(AsynchronousEvent.ALLOCATED_NAMESPACE_ATTRIBUTE_CHANGED.dw0())
                .isEqualTo(0x1C_09_02);
        assertThat(AsynchronousEvent.of(0x1C_09_02)).isEqualTo(AsynchronousEvent.ALLOCATED_NAMESPACE_ATTRIBUTE_CHANGED);
    }

    @Test
    void errorsCannotBeTurnedOff() {
        assertThat(AsynchronousEvent.INVALID_DOORBELL_VALUE.enabledBy(0)).isTrue();
        assertThat(AsynchronousEvent.PERSISTENT_INTERNAL_ERROR.enabledBy(0)).isTrue();
    }

    @Test
    void warningsAndNoticesAreReportedIfTheirBitIsSet() {
        assertThat(AsynchronousEvent.TEMPERATURE_THRESHOLD.configurationBits()).isEqualTo(1 << 1);
        assertThat(AsynchronousEvent.SPARE_BELOW_THRESHOLD.configurationBits()).isEqualTo(1);
        assertThat(AsynchronousEvent.SUBSYSTEM_RELIABILITY.enabledBy(1 << 3)).isTrue();
        assertThat(AsynchronousEvent.SUBSYSTEM_RELIABILITY.enabledBy(0b11)).isFalse();
        assertThat(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED.configurationBits())
                .isEqualTo(IdentifyController.OAES_NAMESPACE_ATTRIBUTE);
        assertThat(AsynchronousEvent.ALLOCATED_NAMESPACE_ATTRIBUTE_CHANGED.configurationBits())
                .isEqualTo(IdentifyController.OAES_ALLOCATED_NAMESPACE_ATTRIBUTE);
        assertThat(AsynchronousEvent.ALLOCATED_NAMESPACE_ATTRIBUTE_CHANGED.enabledBy(~(1 << 19)))
                .isFalse();
    }

    @Test
    void anEventThatIsNotKnownHasNoBit() {
        assertThat(AsynchronousEvent.of(0xFF_FF_02).configurationBits()).isZero();
    }
}
