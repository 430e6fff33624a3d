package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceCommands;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.AsynchronousEventConfiguration;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Namespace Attachment. Base 2.1, section 5.1.20. */
@ConformanceSuite
class NamespaceAttachmentConformanceTest {
    private static final int BLOCKS = 2048;
    private static final int PIECE_BYTES = 8 * TestedNamespace.BLOCK_BYTES;
    private static final int NOBODY = 0x1234;

    private CreatedNamespaces created;

    @BeforeEach
    void open(Conformance c) {
        created = new CreatedNamespaces(c);
    }

    @AfterEach
    void close() {
        created.close();
    }

    private NvmeCommand attach(int nsid, Integer... controllers) {
        return NamespaceCommands.attach(nsid, List.of(controllers), created.data());
    }

    private NvmeCommand detach(int nsid, Integer... controllers) {
        return NamespaceCommands.detach(nsid, List.of(controllers), created.data());
    }

    private static List<Integer> takeChanged(Conformance c) {
        c.admin(NvmeCommand.getLogPage(
                        LogPageId.CHANGED_NAMESPACES, SubmissionEntry.NSID_ALL, c.buffer(), NamespaceList.LENGTH_BYTES))
                .succeeds();
        return NamespaceList.read(c.buffer().segment().asSlice(0, NamespaceList.LENGTH_BYTES));
    }

    @Test
    void anAttachedNamespaceKeepsWhatIsWrittenUntilItIsDetached(Conformance c) {
        int nsid = created.create(BLOCKS, 0);
        DmaBuffer data = c.buffer();
        NvmeCommand read = NvmeCommand.read(nsid, BLOCKS - 8, 8, data, PIECE_BYTES, PIECE_BYTES);
        c.io(read).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
        c.admin(created.attach(nsid)).succeeds();
        assertThat(created.active()).contains(nsid);
        Conformance.pattern(data.segment().asSlice(0, PIECE_BYTES), nsid);
        c.io(NvmeCommand.write(nsid, BLOCKS - 8, 8, false, data, 0, PIECE_BYTES))
                .succeeds();
        c.admin(created.detach(nsid)).succeeds();
        assertThat(created.active()).doesNotContain(nsid);
        assertThat(created.allocated()).contains(nsid);
        c.io(read).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
        c.admin(created.attach(nsid)).succeeds();
        Conformance.pattern(data.segment().asSlice(0, PIECE_BYTES), nsid);
        data.segment().asSlice(PIECE_BYTES, PIECE_BYTES).fill((byte) 0);
        c.io(read).succeeds();
        assertThat(data.segment()
                        .asSlice(0, PIECE_BYTES)
                        .mismatch(data.segment().asSlice(PIECE_BYTES, PIECE_BYTES)))
                .isEqualTo(-1);
    }

    @Test
    void whatHappenedToANamespaceTwiceIsRefused(Conformance c) {
        int self = created.controllerId();
        int nsid = created.create(BLOCKS, 0);
        c.admin(detach(nsid, self)).refused(StatusCode.NAMESPACE_NOT_ATTACHED).at(SubmissionEntry.PRP1);
        c.admin(attach(nsid, self)).succeeds();
        c.admin(attach(nsid, self))
                .refused(StatusCode.NAMESPACE_ALREADY_ATTACHED)
                .at(SubmissionEntry.PRP1);
        c.admin(detach(nsid, self)).succeeds();
        c.admin(detach(nsid, self)).refused(StatusCode.NAMESPACE_NOT_ATTACHED).at(SubmissionEntry.PRP1);
        c.admin(attach(RAM.id(), self))
                .refused(StatusCode.NAMESPACE_ALREADY_ATTACHED)
                .at(SubmissionEntry.PRP1);
    }

    @Test
    void aChangeIsAnnouncedOnceAndNamedInTheLog(Conformance c) {
        c.admin(NvmeCommand.setFeatures(
                        FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION,
                        AsynchronousEventConfiguration.ATTACHED_NAMESPACE_ATTRIBUTE))
                .succeeds();
        takeChanged(c);
        int nsid = created.create(BLOCKS, 0);
        for (NvmeCommand change : List.of(created.attach(nsid), NamespaceCommands.delete(nsid))) {
            Conformance.Pending request = c.start(NvmeCommand.asynchronousEventRequest());
            c.admin(change).succeeds();
            assertThat(AsynchronousEvent.of(c.outcome(request).succeeds().dw0()))
                    .isEqualTo(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
            assertThat(takeChanged(c)).containsExactly(nsid);
            assertThat(takeChanged(c)).isEmpty();
        }
    }

    @Test
    void controllerListsThatCannotBeAreRefusedAndChangeNothing(Conformance c) {
        int self = created.controllerId();
        int nsid = created.create(BLOCKS, 0);
        List<NvmeCommand> commands = List.of(attach(nsid, self), detach(nsid, self));
        for (NvmeCommand command : commands) {
            for (List<Integer> ids :
                    List.of(List.<Integer>of(), List.of(NOBODY), List.of(self, self), List.of(self, NOBODY))) {
                ControllerList.write(created.data().segment(), ids);
                c.admin(command).refused(StatusCode.CONTROLLER_LIST_INVALID).at(SubmissionEntry.PRP1);
            }
            for (int count : new int[] {ControllerList.MAXIMUM_ENTRIES + 1, 0xFFFF}) {
                ControllerList.write(created.data().segment(), List.of(self));
                LittleEndian.putU16(created.data().segment(), 0, count);
                c.admin(command).refused(StatusCode.CONTROLLER_LIST_INVALID).at(SubmissionEntry.PRP1);
            }
        }
        assertThat(created.active()).doesNotContain(nsid);
    }

    @Test
    void otherSelectionsAreRefused(Conformance c) {
        int nsid = created.create(BLOCKS, 0);
        for (int select = 2; select < 16; select++) {
            c.admin(created.attach(nsid).cdw10(select))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void whatDoesNotExistCannotBeAttachedOrDetached(Conformance c) {
        int self = created.controllerId();
        for (int nsid : new int[] {0, c.namespaceBeyond(), SubmissionEntry.NSID_ALL}) {
            c.admin(attach(nsid, self))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
            c.admin(detach(nsid, self))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
        int inactive = c.namespaceBeyond() - 1;
        c.admin(attach(inactive, self)).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        int nsid = created.create(BLOCKS, 0);
        BadBuffers.checkAdminTransferFromHost(
                c,
                () -> NvmeCommand.admin(AdminOpcode.NAMESPACE_ATTACHMENT)
                        .namespaceId(nsid)
                        .cdw10(AdminCommand.SELECT_ATTACH));
    }
}
