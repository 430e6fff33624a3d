package io.vfiouser.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.VfioUserLibrary;
import org.junit.jupiter.api.Test;

class DmaRegionLimitTest {
    /** What Linux gives a process unless told otherwise. */
    private static final long USUAL = 65_530;

    @Test
    void theSystemIsAskedHowManyMappingsThereAre() {
        assertThat(DmaRegionLimit.mappingsOfProcess()).isGreaterThan(1000);
    }

    @Test
    void whatWouldTakeAllMappingsIsRefusedWithTheNumberToAllow() {
        assertThatExceptionOfType(NvmeDeviceException.class)
                .isThrownBy(() -> DmaRegionLimit.setAside(NvmeDeviceBuilder.MOST_DMA_REGIONS, USUAL))
                .withMessageContaining("sysctl vm.max_map_count=81919");
        try (DmaRegionLimit limit = DmaRegionLimit.setAside(NvmeDeviceBuilder.MOST_DMA_REGIONS, 81_919)) {
            assertThat(limit.regions()).isEqualTo(NvmeDeviceBuilder.MOST_DMA_REGIONS);
        }
    }

    @Test
    void devicesOfAProcessShareWhatThereIs() {
        try (DmaRegionLimit _ = DmaRegionLimit.setAside(30_000, USUAL)) {
            assertThatExceptionOfType(NvmeDeviceException.class)
                    .isThrownBy(() -> DmaRegionLimit.setAside(30_000, USUAL));
            // Who asks for nothing gets what it always had.
            DmaRegionLimit.setAside(DmaRegionLimit.DEFAULT, 0).close();
        }
        try (DmaRegionLimit all = DmaRegionLimit.setAside(49_000, USUAL)) {
            assertThat(all.regions()).isEqualTo(49_000);
        }
    }

    @Test
    void aLibraryWithANumberCompiledInIsNotToldAnother() {
        VfioUserLibrary library = VfioUserLibrary.load();
        int compiledIn = library.level().dmaRegionLimit(Integer.MAX_VALUE);
        DmaRegionLimit.of(DmaRegionLimit.DEFAULT, library).close();
        if (library.level() == AbiLevel.V0_2B) {
            DmaRegionLimit.of(10, library).close();
        } else {
            DmaRegionLimit.of(compiledIn, library).close();
            assertThatExceptionOfType(NvmeDeviceException.class)
                    .isThrownBy(() -> DmaRegionLimit.of(compiledIn + 1, library))
                    .withMessageContaining(" " + compiledIn + " compiled in")
                    .withMessageContaining("0.2b");
        }
    }
}
