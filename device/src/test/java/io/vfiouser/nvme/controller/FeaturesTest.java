package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureEffects;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.HostBehaviorSupport;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.time.Duration;
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
        "ASYNCHRONOUS_EVENT_CONFIGURATION, 0x13F, 0"
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
                .as("changeable and saveable")
                .isEqualTo(5);
        host.disable();
        host.enable();
        assertThat(current(feature, 0)).isEqualTo(defaultValue);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x03, 0x0C, 0x0D, 0x10, 0x7F, 0x80, 0x84, 0xC0, 0xFF})
    void featuresThatAreNotSupportedAreRefused(int feature) {
        assertThat(get(feature, 0, 0, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(set(feature, 0, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
    }

    /** Checks a status and the place in the command that the error log blames. */
    private void refused(HostCompletion completion, StatusCode status, int location) {
        assertThat(completion.status()).isEqualTo(status);
        long buffer = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.getLogPage(sq, at, cid, -1, LogPageId.ERROR_INFORMATION, 64, true, buffer, 0))
                .orThrow();
        ErrorLogEntry entry = ErrorLogEntry.read(host.slice(buffer, 64), 0);
        assertThat(entry.commandId()).isEqualTo(completion.commandId());
        assertThat(entry.submissionQueueId()).isZero();
        assertThat(entry.parameterErrorLocation()).isEqualTo(location);
    }

    private HostCompletion save(int feature, int nsid, int cdw11) {
        return host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, nsid, feature, true, cdw11, 0, 0, 0, 0));
    }

    private HostCompletion setData(int feature, int nsid, int cdw11, long buffer) {
        return host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, nsid, feature, cdw11, buffer, 0));
    }

    private HostCompletion getData(int feature, int cdw11, long buffer) {
        return host.admin()
                .execute((sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, feature, 0, cdw11, buffer, 0));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FeatureId.NUMBER_OF_QUEUES,
                FeatureId.TIMESTAMP,
                FeatureId.KEEP_ALIVE_TIMER,
                FeatureId.HOST_BEHAVIOR_SUPPORT,
                FeatureId.IO_COMMAND_SET_PROFILE,
                FeatureId.HOST_IDENTIFIER
            })
    void whatIsNotSaveableIsNotSaved(int feature) {
        refused(
                save(feature, 0, 0),
                StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE,
                location(SubmissionEntry.CDW10 + 3, 7));
        assertThat(get(feature, FeatureId.SELECT_SUPPORTED, 0, 0).orThrow().result())
                .isEqualTo(FeatureId.CAPABILITY_CHANGEABLE);
    }

    private static int location(int byteInCommand, int bit) {
        return byteInCommand | bit << 8;
    }

    @Test
    void theNamespaceFitsTheScopeOfTheFeature() {
        int nsid = SubmissionEntry.NSID;
        refused(set(FeatureId.ARBITRATION, 1, 0), StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC, nsid);
        refused(set(FeatureId.ARBITRATION, 7, 0), StatusCode.INVALID_FIELD, nsid);
        refused(set(FeatureId.ARBITRATION, 2000, 0), StatusCode.INVALID_NAMESPACE_OR_FORMAT, nsid);
        refused(set(FeatureId.ERROR_RECOVERY, 0, 0), StatusCode.INVALID_NAMESPACE_OR_FORMAT, nsid);
        refused(set(FeatureId.ERROR_RECOVERY, 7, 0), StatusCode.INVALID_FIELD, nsid);
        refused(get(FeatureId.ERROR_RECOVERY, 0, -1, 0), StatusCode.INVALID_NAMESPACE_OR_FORMAT, nsid);
        refused(get(FeatureId.ERROR_RECOVERY, 3, 0, 0), StatusCode.INVALID_NAMESPACE_OR_FORMAT, nsid);
        set(FeatureId.ARBITRATION, -1, 3).orThrow();
        assertThat(current(FeatureId.ARBITRATION, 0)).isEqualTo(3);
        assertThat(get(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_SUPPORTED, 1, 0)
                        .orThrow()
                        .result())
                .isEqualTo(7);
    }

    @Test
    void eachNamespaceHasItsErrorRecovery() {
        set(FeatureId.ERROR_RECOVERY, 1, 5).orThrow();
        set(FeatureId.ERROR_RECOVERY, 2, 6).orThrow();
        assertThat(get(FeatureId.ERROR_RECOVERY, 0, 1, 0).orThrow().result()).isEqualTo(5);
        set(FeatureId.ERROR_RECOVERY, -1, 9).orThrow();
        assertThat(get(FeatureId.ERROR_RECOVERY, 0, 1, 0).orThrow().result()).isEqualTo(9);
        assertThat(get(FeatureId.ERROR_RECOVERY, 0, 2, 0).orThrow().result()).isEqualTo(9);
        refused(set(FeatureId.ERROR_RECOVERY, 1, 1 << 16), StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void reservedSelectionsAreRefused(int select) {
        refused(get(FeatureId.ARBITRATION, select, 0, 0), StatusCode.INVALID_FIELD, SubmissionEntry.CDW10 + 1);
    }

    @Test
    void bitsOfEventsThatThereAreNotStayZero() {
        set(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 0, -1).orThrow();
        assertThat(current(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 0)).isEqualTo(0x13F);
    }

    @Test
    void aHostIdentifierStaysUntilTheNextReset() {
        long buffer = host.allocate(1);
        LittleEndian.putU64(guest.memory(), host.at(buffer), 77);
        setData(FeatureId.HOST_IDENTIFIER, 0, 0, buffer).orThrow();
        setData(FeatureId.HOST_IDENTIFIER, 0, 0, buffer).orThrow();
        LittleEndian.putU64(guest.memory(), host.at(buffer), 78);
        refused(
                setData(FeatureId.HOST_IDENTIFIER, 0, 0, buffer),
                StatusCode.COMMAND_SEQUENCE_ERROR,
                ErrorLogEntry.NO_LOCATION);
        guest.memory().asSlice(host.at(buffer), 64).fill((byte) -1);
        getData(FeatureId.HOST_IDENTIFIER, 1, buffer).orThrow();
        assertThat(LittleEndian.i64(guest.memory(), host.at(buffer))).isEqualTo(77);
        assertThat(LittleEndian.i64(guest.memory(), host.at(buffer) + 8)).isZero();
        assertThat(LittleEndian.i64(guest.memory(), host.at(buffer) + 16))
                .as("not more than asked for")
                .isEqualTo(-1);
        host.disable();
        host.enable();
        getData(FeatureId.HOST_IDENTIFIER, 1, buffer).orThrow();
        assertThat(LittleEndian.i64(guest.memory(), host.at(buffer))).isZero();
    }

    @Test
    void anExtendedHostIdentifierIsNotCutShort() {
        long buffer = host.allocate(1);
        LittleEndian.putU64(guest.memory(), host.at(buffer), 77);
        LittleEndian.putU64(guest.memory(), host.at(buffer) + 8, 78);
        setData(FeatureId.HOST_IDENTIFIER, 0, 1, buffer).orThrow();
        refused(
                getData(FeatureId.HOST_IDENTIFIER, 0, buffer),
                StatusCode.HOST_IDENTIFIER_INCONSISTENT_FORMAT,
                SubmissionEntry.CDW11);
        refused(
                setData(FeatureId.HOST_IDENTIFIER, 0, 0, buffer),
                StatusCode.COMMAND_SEQUENCE_ERROR,
                ErrorLogEntry.NO_LOCATION);
    }

    @Test
    void whatTheHostSaysOfItselfIsKeptAndWhatItCannotEnableRefused() {
        long buffer = host.allocate(1);
        long at = host.at(buffer);
        LittleEndian.putU8(guest.memory(), at + HostBehaviorSupport.ACRE, 1);
        LittleEndian.putU8(guest.memory(), at + 100, 1);
        setData(FeatureId.HOST_BEHAVIOR_SUPPORT, 0, 0, buffer).orThrow();
        guest.memory().asSlice(at, 512).fill((byte) -1);
        getData(FeatureId.HOST_BEHAVIOR_SUPPORT, 0, buffer).orThrow();
        HostBehaviorSupport kept = new HostBehaviorSupport(host.slice(buffer, 512));
        assertThat(kept.advancedCommandRetry()).isTrue();
        assertThat(kept.u8(100)).isZero();
        for (int field : new int[] {HostBehaviorSupport.LBAFEE, HostBehaviorSupport.HDISNS, HostBehaviorSupport.CDFE}) {
            guest.memory().asSlice(at, 512).fill((byte) 0);
            LittleEndian.putU8(guest.memory(), at + field, 1);
            refused(
                    setData(FeatureId.HOST_BEHAVIOR_SUPPORT, 0, 0, buffer),
                    StatusCode.INVALID_FIELD,
                    ErrorLogEntry.NO_LOCATION);
        }
        guest.memory().asSlice(at, 512).fill((byte) 0);
        LittleEndian.putU8(guest.memory(), at + HostBehaviorSupport.ACRE, 2);
        refused(
                setData(FeatureId.HOST_BEHAVIOR_SUPPORT, 0, 0, buffer),
                StatusCode.INVALID_FIELD,
                ErrorLogEntry.NO_LOCATION);
    }

    @Test
    void dataThatCannotBeTransferredHasNoEffect() {
        long unmapped = 0x7000_0000_0000L;
        long buffer = host.allocate(1);
        refused(
                setData(FeatureId.HOST_IDENTIFIER, 0, 1, unmapped),
                StatusCode.DATA_TRANSFER_ERROR,
                SubmissionEntry.PRP1);
        refused(
                setData(FeatureId.HOST_IDENTIFIER, 0, 1, buffer + 2),
                StatusCode.PRP_OFFSET_INVALID,
                SubmissionEntry.PRP1);
        refused(
                setData(FeatureId.TIMESTAMP, 1, 0, unmapped),
                StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC,
                SubmissionEntry.NSID);
        getData(FeatureId.HOST_IDENTIFIER, 1, buffer).orThrow();
        assertThat(LittleEndian.i64(guest.memory(), host.at(buffer))).isZero();
    }

    @Test
    void onlyTheCombinationOfCommandSetsThatThereIsCanBeChosen() {
        set(FeatureId.IO_COMMAND_SET_PROFILE, 0, 0).orThrow();
        refused(
                set(FeatureId.IO_COMMAND_SET_PROFILE, 0, 1),
                StatusCode.IO_COMMAND_SET_COMBINATION_REJECTED,
                SubmissionEntry.CDW11);
    }

    @Test
    void eachSupportedFeatureIsInTheEffectsLogWithItsScope() {
        long buffer = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.getLogPage(
                        sq, at, cid, 0, LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS, 1024, false, buffer, 0))
                .orThrow();
        for (int id = 0; id < 256; id++) {
            boolean supported = get(id, FeatureId.SELECT_SUPPORTED, 1, 0).status() == StatusCode.SUCCESS;
            int scope =
                    id == FeatureId.ERROR_RECOVERY ? FeatureEffects.SCOPE_NAMESPACE : FeatureEffects.SCOPE_CONTROLLER;
            assertThat(LittleEndian.i32(guest.memory(), host.at(buffer) + FeatureEffects.of(id)))
                    .as("feature %02Xh", id)
                    .isEqualTo(supported ? FeatureEffects.FSUPP | scope : 0);
        }
    }

    @Test
    void valuesThatCannotBeAreRefused() {
        int cdw11 = SubmissionEntry.CDW11;
        StatusCode invalid = StatusCode.INVALID_FIELD;
        refused(set(FeatureId.POWER_MANAGEMENT, 0, 1), invalid, cdw11);
        refused(set(FeatureId.POWER_MANAGEMENT, 0, 3 << 5), invalid, location(cdw11, 5));
        refused(set(FeatureId.NUMBER_OF_QUEUES, 0, 0xFFFF), invalid, cdw11);
        refused(set(FeatureId.NUMBER_OF_QUEUES, 0, 0xFFFF_0000), invalid, cdw11 + 2);
        refused(set(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 129), invalid, cdw11);
        refused(get(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 0, 129), invalid, cdw11);
        refused(set(FeatureId.TEMPERATURE_THRESHOLD, 0, 3 << 16), invalid, cdw11 + 2);
        refused(set(FeatureId.TEMPERATURE_THRESHOLD, 0, 2 << 20), invalid, location(cdw11 + 2, 4));
        refused(set(FeatureId.TEMPERATURE_THRESHOLD, 0, 1 << 22), invalid, location(cdw11 + 2, 6));
        refused(get(FeatureId.TEMPERATURE_THRESHOLD, 1, 0, 3 << 20), invalid, location(cdw11 + 2, 4));
        refused(set(FeatureId.KEEP_ALIVE_TIMER, 0, -1), StatusCode.KEEP_ALIVE_TIMEOUT_INVALID, cdw11);
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
        guest.elapse(Duration.ofSeconds(5));
        host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.TIMESTAMP, 0, 0, buffer, 0))
                .orThrow();
        long got = LittleEndian.i64(guest.memory(), host.at(buffer));
        assertThat(got & 0xFFFF_FFFF_FFFFL).isEqualTo(1_700_000_005_000L);
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
