package io.vfiouser.nvme.subsystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.RamBlockDevice;
import org.junit.jupiter.api.Test;

class NvmSubsystemBuilderTest {
    @Test
    void aBackEndCannotBeTwoNamespaces() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            NvmSubsystemBuilder builder = NvmSubsystem.builder().namespace(device);
            assertThatThrownBy(() -> builder.namespace(device, 4096))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("two namespaces");
        }
    }

    @Test
    void whatCannotBeOpenedIsClosed() {
        RamBlockDevice good = RamBlockDevice.ofSize(1 << 20);
        RamBlockDevice bad =
                RamBlockDevice.builder(1 << 20).blockSizeBytes(4096).build();
        NvmSubsystemBuilder builder = NvmSubsystem.builder().namespace(good).namespace(bad, 512);
        assertThatThrownBy(builder::open).isInstanceOf(IllegalArgumentException.class);
        assertThat(good.active()).isFalse();
        assertThatThrownBy(good::activate).as("closed").isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(bad::activate).as("closed").isInstanceOf(IllegalStateException.class);
    }
}
