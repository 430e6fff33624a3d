package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Get Features and Set Features. Base 2.1, sections 4.4, 5.1.11 and 5.1.25; NVM Command Set 1.1, section 4.1.3. */
@ConformanceSuite
class FeaturesConformanceTest {
    private static final int FEATURES = 256;
    private static final int SUPPORTED = 1;
    private static final int SAVEABLE = 1;
    private static final int SELECT_BYTE = SubmissionEntry.CDW10 + 1;
    private static final int SAVE_BYTE = SubmissionEntry.CDW10 + 3;
    private static final int SAVE_BIT = 7;

    private static NvmeCommand get(Conformance c, int feature, int select) {
        return NvmeCommand.getFeatures(feature, select)
                .namespaceId(feature == FeatureId.ERROR_RECOVERY ? RAM.id() : 0)
                .data(c.buffer(), 0, 4096);
    }

    private static MemorySegment effects(Conformance c) {
        return c.logPage(LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS, FEATURES * 4);
    }

    private static boolean supported(MemorySegment effects, int feature) {
        return (LittleEndian.i32(effects, feature * 4L) & SUPPORTED) != 0;
    }

    @Test
    void featuresThatAreNotSupportedAreRefused(Conformance c) {
        MemorySegment effects = effects(c);
        for (int feature = 0; feature < FEATURES; feature++) {
            if (!supported(effects, feature)) {
                c.admin(get(c, feature, FeatureId.SELECT_CURRENT))
                        .refused(StatusCode.INVALID_FIELD)
                        .at(SubmissionEntry.CDW10);
                c.admin(NvmeCommand.setFeatures(feature, 0).data(c.buffer(), 0, 4096))
                        .refused(StatusCode.INVALID_FIELD)
                        .at(SubmissionEntry.CDW10);
            }
        }
    }

    @Test
    void featuresThatAreSupportedHaveACurrentAndADefaultValue(Conformance c) {
        MemorySegment effects = effects(c);
        for (int feature = 0; feature < FEATURES; feature++) {
            if (supported(effects, feature)) {
                for (int select = FeatureId.SELECT_CURRENT; select <= FeatureId.SELECT_SUPPORTED; select++) {
                    c.admin(get(c, feature, select)).succeeds();
                }
            }
        }
    }

    @Test
    void theMandatoryFeaturesAreSupported(Conformance c) {
        MemorySegment effects = effects(c);
        for (int feature : new int[] {
            FeatureId.ARBITRATION,
            FeatureId.POWER_MANAGEMENT,
            FeatureId.TEMPERATURE_THRESHOLD,
            FeatureId.NUMBER_OF_QUEUES,
            FeatureId.INTERRUPT_COALESCING,
            FeatureId.INTERRUPT_VECTOR_CONFIGURATION,
            FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION,
            FeatureId.ERROR_RECOVERY,
            FeatureId.WRITE_ATOMICITY_NORMAL
        }) {
            assertThat(supported(effects, feature)).as("feature %02Xh", feature).isTrue();
        }
    }

    @Test
    void reservedSelectionsAreRefused(Conformance c) {
        for (int select = 4; select < 8; select++) {
            c.admin(get(c, FeatureId.ARBITRATION, select))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SELECT_BYTE);
        }
    }

    @Test
    void whatIsNotSaveableIsNotSavedAndNotSetEither(Conformance c) {
        MemorySegment effects = effects(c);
        for (int feature = 1; feature < FEATURES; feature++) {
            if (!supported(effects, feature)
                    || (c.admin(get(c, feature, FeatureId.SELECT_SUPPORTED))
                                            .succeeds()
                                            .dw0()
                                    & SAVEABLE)
                            != 0) {
                continue;
            }
            c.admin(NvmeCommand.setFeatures(feature, 0)
                            .cdw10(feature | AdminCommand.FEATURE_SAVE)
                            .namespaceId(feature == FeatureId.ERROR_RECOVERY ? RAM.id() : 0)
                            .data(c.buffer(), 0, 4096))
                    .refused(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE)
                    .at(SAVE_BYTE, SAVE_BIT);
        }
    }

    @Test
    void aNamespaceForAFeatureOfTheControllerIsRefused(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.ARBITRATION, 7).namespaceId(RAM.id()))
                .refused(StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC)
                .at(SubmissionEntry.NSID);
        c.admin(NvmeCommand.setFeatures(FeatureId.ARBITRATION, 7).namespaceId(c.namespaceBeyond()))
                .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                .at(SubmissionEntry.NSID);
        c.admin(NvmeCommand.setFeatures(FeatureId.ARBITRATION, 7).namespaceId(SubmissionEntry.NSID_ALL))
                .succeeds();
    }

    @Test
    void aFeatureOfNamespacesWantsAValidOne(Conformance c) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0xFFFF_FFFE}) {
            c.admin(NvmeCommand.setFeatures(FeatureId.ERROR_RECOVERY, 1).namespaceId(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
            c.admin(NvmeCommand.getFeatures(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_CURRENT)
                            .namespaceId(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
        c.admin(NvmeCommand.getFeatures(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_CURRENT)
                        .namespaceId(SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                .at(SubmissionEntry.NSID);
        c.admin(NvmeCommand.setFeatures(FeatureId.ERROR_RECOVERY, 0).namespaceId(SubmissionEntry.NSID_ALL))
                .succeeds();
    }

    @Test
    void aFeatureOfNamespacesHasAValueForEach(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.ERROR_RECOVERY, 77).namespaceId(1))
                .succeeds();
        c.admin(NvmeCommand.setFeatures(FeatureId.ERROR_RECOVERY, 88).namespaceId(2))
                .succeeds();
        assertThat(c.admin(NvmeCommand.getFeatures(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_CURRENT)
                                .namespaceId(1))
                        .succeeds()
                        .dw0())
                .isEqualTo(77);
    }

    @Test
    void aPowerStateThatDoesNotExistIsRefused(Conformance c) {
        for (int state : new int[] {1, 2, 31}) {
            c.admin(NvmeCommand.setFeatures(FeatureId.POWER_MANAGEMENT, state))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW11);
        }
        c.admin(NvmeCommand.setFeatures(FeatureId.POWER_MANAGEMENT, 0)).succeeds();
    }

    @Test
    void reservedTemperatureSensorsAndThresholdTypesAreRefused(Conformance c) {
        for (int sensor = 9; sensor < 15; sensor++) {
            c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, 343 | sensor << 16))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW11 + 2);
        }
        for (int type = 2; type < 4; type++) {
            c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, 343 | type << 20))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW11 + 2, 4);
        }
    }

    @Test
    void deallocatedErrorsThatNoNamespaceCanReportAreRefused(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.ERROR_RECOVERY, 1 << 16).namespaceId(RAM.id()))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW11 + 2);
    }

    @Test
    void theNumberOfQueuesIsNotChangedWhileThereAreSome(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.NUMBER_OF_QUEUES, 3 | 3 << 16))
                .refused(StatusCode.COMMAND_SEQUENCE_ERROR)
                .nowhere();
    }

    @Test
    void theReservedNumberOfSubmissionQueuesIsRefused(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.NUMBER_OF_QUEUES, 0xFFFF))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW11);
    }

    @Test
    void theReservedNumberOfCompletionQueuesIsRefused(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.NUMBER_OF_QUEUES, 0xFFFF << 16))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW11 + 2);
    }

    @Test
    void vectorsThatTheControllerDoesNotHaveAreRefused(Conformance c) {
        int vectors = Queues.vectors(c);
        for (int vector : new int[] {vectors, 0xFFFF}) {
            c.admin(NvmeCommand.setFeatures(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, vector))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW11);
            c.admin(NvmeCommand.getFeatures(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, FeatureId.SELECT_CURRENT)
                            .cdw11(vector))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW11);
        }
    }

    @Test
    void valuesThatWereSetAreCurrentUntilTheControllerIsReset(Conformance c) {
        int[][] values = {
            {FeatureId.ARBITRATION, 0x0102_0304},
            {FeatureId.INTERRUPT_COALESCING, 0x0305},
            {FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 0x100},
            {FeatureId.WRITE_ATOMICITY_NORMAL, 1}
        };
        for (int[] value : values) {
            c.admin(NvmeCommand.setFeatures(value[0], value[1])).succeeds();
        }
        for (int[] value : values) {
            assertThat(c.admin(NvmeCommand.getFeatures(value[0], FeatureId.SELECT_CURRENT))
                            .succeeds()
                            .dw0())
                    .as("feature %02Xh", value[0])
                    .isEqualTo(value[1]);
        }
    }

    @Test
    void theTimestampIsTakenAndGoesOn(Conformance c) {
        long set = 0x0123_4567_89ABL;
        LittleEndian.putU64(c.buffer().segment(), 0, set);
        c.admin(NvmeCommand.setFeatures(FeatureId.TIMESTAMP, 0).data(c.buffer(), 0, 8))
                .succeeds();
        c.admin(NvmeCommand.getFeatures(FeatureId.TIMESTAMP, FeatureId.SELECT_CURRENT)
                        .data(c.buffer(), 4096, 8))
                .succeeds();
        long got = LittleEndian.i64(c.buffer().segment(), 4096);
        assertThat(got & 0xFFFF_FFFF_FFFFL).isBetween(set, set + 60_000);
        assertThat(got >>> 49 & 0x7).as("origin").isEqualTo(1);
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        BadBuffers.checkAdminTransferToHost(
                c, () -> NvmeCommand.getFeatures(FeatureId.TIMESTAMP, FeatureId.SELECT_CURRENT));
        BadBuffers.checkAdminTransferFromHost(c, () -> NvmeCommand.setFeatures(FeatureId.TIMESTAMP, 0));
    }

    @Test
    void aRefusedSettingChangesNothing(Conformance c) {
        c.admin(NvmeCommand.setFeatures(FeatureId.ARBITRATION, 5)).succeeds();
        c.admin(NvmeCommand.setFeatures(FeatureId.ARBITRATION, 6).namespaceId(RAM.id()))
                .refused(StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC)
                .at(SubmissionEntry.NSID);
        assertThat(c.admin(NvmeCommand.getFeatures(FeatureId.ARBITRATION, FeatureId.SELECT_CURRENT))
                        .succeeds()
                        .dw0())
                .isEqualTo(5);
    }
}
