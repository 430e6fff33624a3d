package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Get Features and Set Features. */
class FeaturesTest {
    private final HeldBlockDevice cached = new HeldBlockDevice(16).releaseAll();
    private final InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512), cached);
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private HostCompletion get(int feature, int select, int nsid, int cdw11) {
        return host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.getFeatures(sq, at, cid, nsid, feature, select, cdw11, host.allocate(1), 0));
    }

    private int current(int feature, int cdw11) {
        return (int) get(feature, FeatureId.SELECT_CURRENT, 0, cdw11).orThrow().result();
    }

    private HostCompletion set(int feature, int nsid, int cdw11) {
        return host.admin().execute((sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, nsid, feature, cdw11, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "ARBITRATION, 0x01020303, 7",
        "POWER_MANAGEMENT, 0, 0",
        "VOLATILE_WRITE_CACHE, 0, 1",
        "INTERRUPT_COALESCING, 0x1234, 0",
        "WRITE_ATOMICITY_NORMAL, 1, 0",
        "ASYNCHRONOUS_EVENT_CONFIGURATION, 0x1FF, 0"
    })
    void featuresAreKeptAndForgottenAtAReset(String name, String value, int defaultValue) throws Exception {
        int feature = FeatureId.class.getField(name).getInt(null);
        int decoded = Integer.decode(value);
        assertThat(current(feature, 0)).isEqualTo(defaultValue);
        set(feature, 0, decoded).orThrow();
        assertThat(current(feature, 0)).isEqualTo(decoded);
        assertThat(get(feature, FeatureId.SELECT_DEFAULT, 0, 0).orThrow().result())
                .isEqualTo(defaultValue);
        assertThat(get(feature, FeatureId.SELECT_SAVED, 0, 0).orThrow().result())
                .isEqualTo(defaultValue);
        assertThat(get(feature, FeatureId.SELECT_SUPPORTED, 0, 0).orThrow().result() & 0x5)
                .as("changeable, not saveable")
                .isEqualTo(4);
        host.disable();
        host.enable();
        assertThat(current(feature, 0)).isEqualTo(defaultValue);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x0C, 0x0D, 0x0F, 0x7F, 0x80, 0xC0, 0xFF})
    void featuresThatAreNotSupportedAreRefused(int feature) {
        assertThat(get(feature, 0, 0, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(feature, 0, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void nothingIsSaveableAndScopesAreKept() {
        assertThat(host.admin()
                        .execute((sq, at, cid) -> SubmissionEntry.write(
                                sq,
                                at,
                                AdminOpcode.SET_FEATURES,
                                cid,
                                0,
                                0,
                                0,
                                FeatureId.ARBITRATION | (AdminCommand.FEATURE_SAVE & 0xFFFF_FFFFL),
                                0,
                                0))
                        .status())
                .isEqualTo(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE);
        assertThat(set(FeatureId.ARBITRATION, 1, 0).status()).isEqualTo(StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC);
        assertThat(set(FeatureId.ARBITRATION, 7, 0).status()).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(set(FeatureId.ERROR_RECOVERY, 0, 0).status()).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(set(FeatureId.ERROR_RECOVERY, 1, 1 << 16).status()).isEqualTo(StatusCode.INVALID_FIELD);
        set(FeatureId.ERROR_RECOVERY, 1, 5).orThrow();
        assertThat(get(FeatureId.ARBITRATION, 7, 0, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void valuesThatCannotBeAreRefused() {
        assertThat(set(FeatureId.POWER_MANAGEMENT, 0, 1).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(FeatureId.NUMBER_OF_QUEUES, 0, 0xFFFF).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(FeatureId.NUMBER_OF_QUEUES, 0, 0xFFFF_0000).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 129).status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(get(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 0, 129).status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(FeatureId.TEMPERATURE_THRESHOLD, 0, 3 << 16).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(FeatureId.TEMPERATURE_THRESHOLD, 0, 2 << 20).status()).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void allQueuesAreGrantedUntilThereAreQueues() {
        int all = 127 | 127 << 16;
        assertThat(set(FeatureId.NUMBER_OF_QUEUES, 0, 3 | 3 << 16).orThrow().result())
                .isEqualTo(all);
        assertThat(current(FeatureId.NUMBER_OF_QUEUES, 0)).isEqualTo(all);
        host.createQueues(1, 16);
        assertThat(set(FeatureId.NUMBER_OF_QUEUES, 0, 3 | 3 << 16).status())
                .isEqualTo(StatusCode.COMMAND_SEQUENCE_ERROR);
    }

    @Test
    void vectorsAndThresholdsHaveValuesOfTheirOwn() {
        set(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 5 | 1 << 16).orThrow();
        assertThat(current(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 5)).isEqualTo(5 | 1 << 16);
        assertThat(current(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 6)).isEqualTo(6);

        assertThat(current(FeatureId.TEMPERATURE_THRESHOLD, 0)).isEqualTo(Health.WARNING_KELVIN);
        set(FeatureId.TEMPERATURE_THRESHOLD, 0, 300 | 1 << 20).orThrow();
        assertThat(current(FeatureId.TEMPERATURE_THRESHOLD, 1 << 20)).isEqualTo(300);
        assertThat(current(FeatureId.TEMPERATURE_THRESHOLD, 0)).isEqualTo(Health.WARNING_KELVIN);
    }

    @Test
    void theTimestampGoesOnFromWhatTheHostSet() {
        long buffer = host.allocate(1);
        LittleEndian.putU64(guest.memory(), host.at(buffer), 1_700_000_000_000L);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.TIMESTAMP, 0, buffer, 0))
                .orThrow();
        host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.TIMESTAMP, 0, 0, buffer, 0))
                .orThrow();
        long got = LittleEndian.i64(guest.memory(), host.at(buffer));
        assertThat(got & 0xFFFF_FFFF_FFFFL).isBetween(1_700_000_000_000L, 1_700_000_060_000L);
        assertThat(got >>> 48).as("set by the host").isEqualTo(2);
    }

    @Test
    void withoutAVolatileCacheThereIsNoSuchFeature() {
        try (InMemoryGuest plain = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512))) {
            NvmeHost other = new NvmeHost(plain);
            other.enable();
            assertThat(other.admin()
                            .execute((sq, at, cid) -> AdminCommand.getFeatures(
                                    sq, at, cid, 0, FeatureId.VOLATILE_WRITE_CACHE, 0, 0, 0, 0))
                            .status())
                    .isEqualTo(StatusCode.INVALID_FIELD);
        }
    }
}
