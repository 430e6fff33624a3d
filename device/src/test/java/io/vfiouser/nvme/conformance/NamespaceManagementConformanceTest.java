package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NamespaceCommands;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Namespace Management. Base 2.1, section 5.1.21; NVM Command Set 1.1, section 4.1.6. */
@ConformanceSuite
class NamespaceManagementConformanceTest {
    private static final int BLOCKS = 2048;
    private static final int CSI_BYTE = SubmissionEntry.CDW11 + 3;
    private static final int CSI_SHIFT = 24;

    private CreatedNamespaces created;

    @BeforeEach
    void open(Conformance c) {
        created = new CreatedNamespaces(c);
    }

    @AfterEach
    void close() {
        created.close();
    }

    private NvmeCommand create(NamespaceManagementData wanted) {
        return NamespaceCommands.create(wanted, created.data());
    }

    private NvmeCommand create(long blocks, int formatIndex) {
        return create(NamespaceManagementData.of(blocks, formatIndex, false));
    }

    private static NamespaceManagementData wanted(
            long blocks, long capacity, int formattedLbaSize, int protection, int sharing) {
        return new NamespaceManagementData(blocks, capacity, formattedLbaSize, protection, sharing, 0, 0, 0, 0, 0);
    }

    private void refused(Conformance c, NamespaceManagementData wanted, StatusCode status) {
        c.admin(create(wanted)).refused(status).at(SubmissionEntry.PRP1);
    }

    @Test
    void aNamespaceIsCreatedServedAndDeleted(Conformance c) {
        for (int formatIndex = 0; formatIndex < 2; formatIndex++) {
            int nsid = created.create(BLOCKS, formatIndex);
            assertThat(created.allocated()).contains(nsid);
            assertThat(created.active()).doesNotContain(nsid);
            c.admin(created.attach(nsid)).succeeds();
            IdentifyNamespace data = created.identify(nsid);
            assertThat(data.sizeBlocks()).isEqualTo(BLOCKS);
            assertThat(data.capacityBlocks()).isEqualTo(BLOCKS);
            assertThat(data.format().blockBytes()).isEqualTo(formatIndex == 0 ? 512 : 4096);
            c.admin(NamespaceCommands.delete(nsid)).succeeds();
            assertThat(created.allocated()).doesNotContain(nsid);
            assertThat(created.active()).doesNotContain(nsid);
            c.admin(NamespaceCommands.delete(nsid))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.NSID);
        }
    }

    @Test
    void allThePoolCanBeTakenAndIsThereAgainAfterwards(Conformance c) {
        long all = ConformanceServer.POOL_BYTES / TestedNamespace.BLOCK_BYTES;
        for (int i = 0; i < 3; i++) {
            int nsid = created.create(all, 0);
            c.admin(create(1, 0))
                    .refused(StatusCode.NAMESPACE_INSUFFICIENT_CAPACITY)
                    .at(SubmissionEntry.PRP1);
            c.admin(NamespaceCommands.delete(nsid)).succeeds();
        }
    }

    @Test
    void moreThanThePoolHasIsRefused(Conformance c) {
        long all = ConformanceServer.POOL_BYTES / TestedNamespace.BLOCK_BYTES;
        for (long blocks : new long[] {all + 1, 1L << 32, 1L << 55, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            c.admin(create(blocks, 0))
                    .refused(StatusCode.NAMESPACE_INSUFFICIENT_CAPACITY)
                    .at(SubmissionEntry.PRP1);
        }
    }

    @Test
    void formatsThatDoNotExistAreRefused(Conformance c) {
        for (int formatIndex : new int[] {2, 5, 15, 16, 63}) {
            refused(c, NamespaceManagementData.of(BLOCKS, formatIndex, false), StatusCode.INVALID_FORMAT);
        }
        refused(c, wanted(BLOCKS, BLOCKS, IdentifyNamespace.FLBAS_EXTENDED_METADATA, 0, 0), StatusCode.INVALID_FORMAT);
        for (int protection = 1; protection < 16; protection++) {
            refused(c, wanted(BLOCKS, BLOCKS, 0, protection, 0), StatusCode.INVALID_FORMAT);
        }
    }

    @Test
    void aCapacityThatIsNotTheSizeIsRefused(Conformance c) {
        refused(c, wanted(BLOCKS, BLOCKS - 1, 0, 0, 0), StatusCode.THIN_PROVISIONING_NOT_SUPPORTED);
        refused(c, wanted(BLOCKS, 0, 0, 0, 0), StatusCode.THIN_PROVISIONING_NOT_SUPPORTED);
        refused(c, wanted(BLOCKS, BLOCKS + 1, 0, 0, 0), StatusCode.INVALID_FIELD);
        refused(c, wanted(BLOCKS, -1, 0, 0, 0), StatusCode.INVALID_FIELD);
        refused(c, wanted(0, 0, 0, 0, 0), StatusCode.INVALID_FIELD);
    }

    @Test
    void whatIsNotOfferedCannotBeAskedFor(Conformance c) {
        refused(c, wanted(BLOCKS, BLOCKS, 0, 0, 2), StatusCode.INVALID_FIELD);
        refused(c, new NamespaceManagementData(BLOCKS, BLOCKS, 0, 0, 0, 1, 0, 0, 0, 0), StatusCode.INVALID_FIELD);
        refused(c, new NamespaceManagementData(BLOCKS, BLOCKS, 0, 0, 0, 0, 1, 0, 0, 0), StatusCode.INVALID_FIELD);
        refused(c, new NamespaceManagementData(BLOCKS, BLOCKS, 0, 0, 0, 0, 0, 1, 0, 0), StatusCode.INVALID_FIELD);
        refused(c, new NamespaceManagementData(BLOCKS, BLOCKS, 0, 0, 0, 0, 0, 0, 0, 1), StatusCode.INVALID_FIELD);
    }

    @Test
    void otherSelectionsCommandSetsAndIdentifiersAreRefused(Conformance c) {
        for (int select = 2; select < 16; select++) {
            c.admin(create(BLOCKS, 0).cdw10(select))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW10);
        }
        for (int csi : new int[] {1, 2, 3, 0xFF}) {
            c.admin(create(BLOCKS, 0).cdw11(csi << CSI_SHIFT))
                    .refused(StatusCode.IO_COMMAND_SET_NOT_SUPPORTED)
                    .at(CSI_BYTE);
        }
        for (int nsid : new int[] {1, 100, SubmissionEntry.NSID_ALL}) {
            c.admin(create(BLOCKS, 0).namespaceId(nsid))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.NSID);
        }
    }

    @Test
    void aNamespaceOfTheOperatorStays(Conformance c) {
        for (TestedNamespace namespace : TestedNamespace.values()) {
            c.admin(NamespaceCommands.delete(namespace.id()))
                    .refused(StatusCode.OPERATION_DENIED)
                    .at(SubmissionEntry.NSID);
        }
        int nsid = created.create(BLOCKS, 0);
        c.admin(NamespaceCommands.delete(SubmissionEntry.NSID_ALL)).succeeds();
        assertThat(created.allocated()).doesNotContain(nsid).contains(1, 2, 3);
        assertThat(created.active()).contains(1, 2, 3);
    }

    @Test
    void whatDoesNotExistCannotBeDeleted(Conformance c) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0xFFFF_FFFE}) {
            c.admin(NamespaceCommands.delete(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
        c.admin(NamespaceCommands.delete(c.namespaceBeyond() - 1))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        BadBuffers.checkAdminTransferFromHost(
                c, () -> NvmeCommand.admin(AdminOpcode.NAMESPACE_MANAGEMENT).cdw10(AdminCommand.SELECT_CREATE));
    }
}
