package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.FormatNvm;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two controllers over one subsystem, stepped by hand: namespaces that come, go and change while commands are outstanding. */
class SharedSubsystemTest {
    private static final int BLOCKS = 1024;

    private final HeldBlockDevice held = new HeldBlockDevice(BLOCKS);
    private final NvmSubsystem subsystem = InMemoryGuest.subsystem(true, held, ram());
    private final Side one = new Side(subsystem, 1);
    private final Side two = new Side(subsystem, 2);

    SharedSubsystemTest() {
        one.guest.alongside(two.guest);
        one.host.enable();
        two.host.enable();
    }

    @AfterEach
    void close() {
        held.releaseAll();
        one.close();
        two.close();
        subsystem.close();
    }

    private static RamBlockDevice ram() {
        return RamBlockDevice.builder(BLOCKS * 512L).build();
    }

    /** A guest and its host. */
    private static final class Side implements AutoCloseable {
        private final InMemoryGuest guest;
        private final NvmeHost host;
        private boolean closed;

        Side(NvmSubsystem subsystem, int controllerId) {
            guest = InMemoryGuest.of(subsystem, controllerId);
            host = new NvmeHost(guest);
        }

        List<Integer> active() {
            return NamespaceList.read(host.identify(IdentifyCns.ACTIVE_NAMESPACES, 0));
        }

        void listen() {
            host.admin()
                    .execute((sq, at, cid) -> AdminCommand.setFeatures(
                            sq, at, cid, 0, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 1 << 8, 0, 0))
                    .orThrow();
            host.admin().submit(AdminCommand::asynchronousEventRequest);
        }

        void hears(Integer... nsids) {
            assertThat(AsynchronousEvent.of((int) host.admin().reap().orThrow().result()))
                    .isEqualTo(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
            long buffer = host.allocate(1);
            host.admin()
                    .execute((sq, at, cid) -> AdminCommand.getLogPage(
                            sq, at, cid, -1, LogPageId.CHANGED_NAMESPACES, 4096, false, buffer, 0))
                    .orThrow();
            assertThat(NamespaceList.read(host.slice(buffer, 4096))).containsExactly(nsids);
        }

        void hearsNothing() {
            guest.settle();
            assertThat(host.admin().peek()).isEmpty();
        }

        StatusCode attachment(int select, int nsid, int... controllers) {
            return host.admin()
                    .execute(attachmentEntry(select, nsid, controllers))
                    .status();
        }

        HostQueue.Entry attachmentEntry(int select, int nsid, int... controllers) {
            long buffer = host.allocate(1);
            for (int id : controllers) {
                ControllerList.add(host.slice(buffer, 4096), id);
            }
            return (sq, at, cid) -> AdminCommand.namespaceAttachment(sq, at, cid, nsid, select, buffer, 0);
        }

        StatusCode format(int nsid, FormatNvm format) {
            return host.admin()
                    .execute((sq, at, cid) -> AdminCommand.formatNvm(sq, at, cid, nsid, format))
                    .status();
        }

        StatusCode read(HostQueue queue, int nsid) {
            return queue.execute(readEntry(nsid, host.allocate(1))).status();
        }

        HostQueue.Entry readEntry(int nsid, long buffer) {
            return (sq, at, cid) -> IoCommand.read(sq, at, cid, nsid, 0, 1, buffer, 0);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                guest.close();
            }
        }
    }

    private void await(CompletableFuture<?> change) {
        one.host.await("the change", change::isDone);
    }

    @Test
    void whatOneControllerWritesTheOtherReads() {
        HostQueue writer = one.host.createQueues(1, 8);
        HostQueue reader = two.host.createQueues(1, 8);
        long from = one.host.allocate(1);
        LittleEndian.putU64(one.host.memory(), one.host.at(from), 0x1234_5678_9ABCL);
        writer.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 7, 1, 0, from, 0))
                .orThrow();
        long into = two.host.allocate(1);
        reader.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 7, 1, into, 0))
                .orThrow();
        assertThat(LittleEndian.i64(two.host.memory(), two.host.at(into))).isEqualTo(0x1234_5678_9ABCL);
    }

    @Test
    void anAddedNamespaceIsAnnouncedToBothAndUsable() throws Exception {
        one.listen();
        two.listen();
        CompletableFuture<Integer> added = subsystem.add(ram());
        await(added);
        assertThat(added.get()).isEqualTo(3);
        one.hears(3);
        two.hears(3);
        assertThat(one.active()).containsExactly(1, 2, 3);
        assertThat(two.read(two.host.createQueues(1, 8), 3)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aNamespaceIsRemovedWhenWhatIsOutstandingInItHasEnded() {
        HostQueue queue = one.host.createQueues(1, 8);
        queue.submit(one.readEntry(1, one.host.allocate(1)));
        one.guest.settle();
        CompletableFuture<Void> removed = subsystem.remove(1);
        one.guest.settle();
        assertThat(held.outstanding()).isOne();
        assertThat(removed).isNotDone();
        assertThat(subsystem.namespace(1)).isPresent();
        held.release(1);
        await(removed);
        assertThat(queue.reap().status()).isEqualTo(StatusCode.SUCCESS);
        assertThat(subsystem.namespace(1)).isEmpty();
        assertThat(one.read(queue, 1)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(two.active()).containsExactly(2);
        assertThatThrownBy(() -> subsystem.remove(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aControllerThatClosesIsNotWaitedFor() {
        HostQueue queue = one.host.createQueues(1, 8);
        queue.submit(one.readEntry(1, one.host.allocate(1)));
        one.guest.settle();
        CompletableFuture<Void> removed = subsystem.remove(2);
        for (int i = 0; i < 10; i++) {
            two.guest.step();
        }
        assertThat(removed).isNotDone();
        held.releaseAll();
        one.close();
        two.host.await("the removal", removed::isDone);
        assertThat(removed).isCompletedWithValue(null);
        assertThat(two.active()).containsExactly(1);
    }

    @Test
    void aControllerThatResetsInAChangeTakesItOver() {
        HostQueue queue = one.host.createQueues(1, 8);
        queue.submit(one.readEntry(1, one.host.allocate(1)));
        one.guest.settle();
        CompletableFuture<Void> removed = subsystem.remove(1);
        one.guest.settle();
        one.host.transport().write32(ControllerRegisters.CC, ControllerConfiguration.USUAL);
        one.guest.settle();
        assertThat(removed).isNotDone();
        held.releaseAll();
        await(removed);
        one.host.await("the reset", () -> !ControllerStatus.ready(one.host.status()));
        one.host.enable();
        assertThat(one.active()).containsExactly(2);
    }

    @Test
    void aControllerThatJoinsInTheMiddleOfARemovalLosesTheNamespaceToo() {
        HostQueue queue = one.host.createQueues(1, 8);
        queue.submit(one.readEntry(1, one.host.allocate(1)));
        one.guest.settle();
        CompletableFuture<Void> removed = subsystem.remove(1);
        one.guest.settle();
        try (Side three = new Side(subsystem, 3)) {
            three.guest.alongside(one.guest);
            three.host.enable();
            held.releaseAll();
            await(removed);
            assertThat(removed).isCompletedWithValue(null);
            assertThat(three.active()).containsExactly(2);
        }
    }

    @Test
    void aResizeWithoutAnythingOutstandingReachesBoth() {
        one.listen();
        two.listen();
        held.resize(BLOCKS / 2);
        one.hears(1);
        two.hears(1);
        assertThat(new IdentifyNamespace(two.host.identify(IdentifyCns.NAMESPACE, 1)).sizeBlocks())
                .isEqualTo(BLOCKS / 2);
    }

    @Test
    void whatWasAnnouncedBeforeAHostEnabledTheControllerIsNoNewsToIt() {
        two.host.disable();
        held.resize(BLOCKS / 2);
        two.guest.settle();
        two.host.enable();
        two.listen();
        two.hearsNothing();
    }

    @Test
    void anNvmSubsystemResetResetsAllControllers() {
        one.host.transport().write32(ControllerRegisters.NSSR, 0x4E564D65);
        one.host.await("the other's reset", () -> !ControllerStatus.ready(two.host.status()));
        for (Side side : List.of(one, two)) {
            assertThat(side.host.status() & ControllerStatus.NSSRO).isNotZero();
            assertThat(side.host.transport().read32(ControllerRegisters.CC)).isZero();
            side.host.enable();
        }
    }

    // ---- Namespace Attachment ----

    @Test
    void aDetachedNamespaceIsGoneForThatControllerAloneUntilItIsAttachedAgain() {
        one.listen();
        two.listen();
        assertThat(one.attachment(AdminCommand.SELECT_DETACH, 1, 2)).isEqualTo(StatusCode.SUCCESS);
        two.hears(1);
        one.hearsNothing();
        assertThat(two.active()).containsExactly(2);
        assertThat(one.active()).containsExactly(1, 2);
        HostQueue queue = two.host.createQueues(1, 8);
        assertThat(two.read(queue, 1)).isEqualTo(StatusCode.INVALID_FIELD);
        held.releaseAll();
        assertThat(two.attachment(AdminCommand.SELECT_ATTACH, 1, 2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(two.active()).containsExactly(1, 2);
        assertThat(two.read(queue, 1)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aListWithOneWrongControllerChangesNothing() {
        int attach = AdminCommand.SELECT_ATTACH;
        int detach = AdminCommand.SELECT_DETACH;
        assertThat(one.attachment(detach, 1, 1, 7)).isEqualTo(StatusCode.CONTROLLER_LIST_INVALID);
        assertThat(one.attachment(detach, 1, 1, 1)).isEqualTo(StatusCode.CONTROLLER_LIST_INVALID);
        assertThat(one.attachment(detach, 1)).isEqualTo(StatusCode.CONTROLLER_LIST_INVALID);
        assertThat(one.attachment(attach, 1, 1)).isEqualTo(StatusCode.NAMESPACE_ALREADY_ATTACHED);
        assertThat(one.active()).containsExactly(1, 2);
        assertThat(one.attachment(detach, 1, 2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(one.attachment(detach, 1, 1, 2)).isEqualTo(StatusCode.NAMESPACE_NOT_ATTACHED);
        assertThat(one.attachment(attach, 1, 1, 2)).isEqualTo(StatusCode.NAMESPACE_ALREADY_ATTACHED);
        assertThat(one.active()).containsExactly(1, 2);
        assertThat(two.active()).containsExactly(2);
        assertThat(one.attachment(2, 1, 1)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(one.attachment(attach, 0, 1)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(one.attachment(attach, -1, 1)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(one.attachment(attach, 9, 1)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void aListThatSaysItIsLongerThanItCanBeIsInvalid() {
        long buffer = one.host.allocate(1);
        one.host.slice(buffer, 4096).fill((byte) 0xFF);
        assertThat(one.host
                        .admin()
                        .execute((sq, at, cid) ->
                                AdminCommand.namespaceAttachment(sq, at, cid, 1, AdminCommand.SELECT_DETACH, buffer, 0))
                        .status())
                .isEqualTo(StatusCode.CONTROLLER_LIST_INVALID);
    }

    @Test
    void aControllerThatComesBackHasWhatItHad() {
        assertThat(one.attachment(AdminCommand.SELECT_DETACH, 1, 2)).isEqualTo(StatusCode.SUCCESS);
        two.close();
        try (Side again = new Side(subsystem, 2)) {
            again.guest.alongside(one.guest);
            again.host.enable();
            assertThat(again.active()).containsExactly(2);
        }
    }

    @Test
    void anAttachmentWhoseHostResetsTheControllerIsMadeAllTheSame() {
        HostQueue queue = two.host.createQueues(1, 8);
        queue.submit(two.readEntry(1, two.host.allocate(1)));
        two.guest.settle();
        one.host.admin().submit(one.attachmentEntry(AdminCommand.SELECT_DETACH, 1, 2));
        one.guest.settle();
        one.host.disable();
        one.host.enable();
        held.releaseAll();
        one.host.await(
                "the detachment",
                () -> subsystem
                        .controllersWith(subsystem.namespace(1).orElseThrow())
                        .equals(List.of(1)));
        assertThat(two.active()).containsExactly(2);
        assertThat(one.host.admin().peek()).isEmpty();
    }

    // ---- Format NVM ----

    @Test
    void aFormatChangesTheBlocksAndZeroesThem() {
        HostQueue first = one.host.createQueues(1, 8);
        HostQueue second = two.host.createQueues(1, 8);
        long buffer = one.host.allocate(1);
        one.host.slice(buffer, 4096).fill((byte) 0x77);
        first.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 0, 8, 0, buffer, 0))
                .orThrow();
        two.listen();
        assertThat(one.format(2, FormatNvm.to(1, FormatNvm.SES_USER_DATA))).isEqualTo(StatusCode.SUCCESS);
        two.hears(2);
        IdentifyNamespace formatted = new IdentifyNamespace(two.host.identify(IdentifyCns.NAMESPACE, 2));
        assertThat(formatted.sizeBlocks()).isEqualTo(BLOCKS / 8);
        assertThat(formatted.format().blockBytes()).isEqualTo(4096);
        long into = two.host.allocate(1);
        two.host.slice(into, 4096).fill((byte) 0x55);
        second.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 0, 1, into, 0))
                .orThrow();
        assertThat(two.host.slice(into, 4096).mismatch(MemorySegment.ofArray(new byte[4096])))
                .isEqualTo(-1);
        assertThat(second.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, BLOCKS / 8, 1, into, 0))
                        .status())
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
    }

    @Test
    void whileANamespaceIsFormattedNobodyGetsIntoIt() {
        HostQueue queue = two.host.createQueues(1, 8);
        one.host
                .admin()
                .submit((sq, at, cid) -> AdminCommand.formatNvm(sq, at, cid, 1, FormatNvm.to(1, FormatNvm.SES_NONE)));
        one.host.await("the format", () -> held.outstanding() == 1);
        assertThat(two.read(queue, 1)).isEqualTo(StatusCode.FORMAT_IN_PROGRESS);
        assertThat(two.read(queue, 2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(two.format(1, FormatNvm.to(0, FormatNvm.SES_NONE))).isEqualTo(StatusCode.FORMAT_IN_PROGRESS);
        assertThat(two.format(-1, FormatNvm.to(0, FormatNvm.SES_NONE))).isEqualTo(StatusCode.FORMAT_IN_PROGRESS);
        int progress = LittleEndian.u8(two.host.identify(IdentifyCns.NAMESPACE, 1), IdentifyNamespace.FPI);
        assertThat(progress).isEqualTo(IdentifyNamespace.FPI_SUPPORTED | 100);
        held.releaseAll();
        one.host.admin().reap().orThrow();
        assertThat(LittleEndian.u8(two.host.identify(IdentifyCns.NAMESPACE, 1), IdentifyNamespace.FPI))
                .isEqualTo(IdentifyNamespace.FPI_SUPPORTED);
        assertThat(two.read(queue, 1)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aFormatGoesOnWithoutTheControllerThatWasAskedForIt() {
        one.host
                .admin()
                .submit((sq, at, cid) -> AdminCommand.formatNvm(sq, at, cid, 1, FormatNvm.to(1, FormatNvm.SES_NONE)));
        one.host.await("the format", () -> held.outstanding() == 1);
        one.host.disable();
        one.close();
        held.releaseAll();
        two.host.await(
                "its end",
                () -> new IdentifyNamespace(two.host.identify(IdentifyCns.NAMESPACE, 1))
                                .format()
                                .blockBytes()
                        == 4096);
        assertThat(two.read(two.host.createQueues(1, 8), 1)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aFormatThatFailsLeavesTheFormatAsItWas() {
        held.outcome(BlockStatus.WRITE_ERROR);
        held.releaseAll();
        assertThat(one.format(1, FormatNvm.to(1, FormatNvm.SES_NONE))).isEqualTo(StatusCode.INTERNAL_ERROR);
        held.outcome(BlockStatus.OK);
        assertThat(new IdentifyNamespace(one.host.identify(IdentifyCns.NAMESPACE, 1)).sizeBlocks())
                .isEqualTo(BLOCKS);
        assertThat(one.read(one.host.createQueues(1, 8), 1)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aNamespaceThatIsFormattedIsRemovedAfterwards() {
        one.host
                .admin()
                .submit((sq, at, cid) -> AdminCommand.formatNvm(sq, at, cid, 1, FormatNvm.to(1, FormatNvm.SES_NONE)));
        one.host.await("the format", () -> held.outstanding() == 1);
        CompletableFuture<Void> removed = subsystem.remove(1);
        one.guest.settle();
        assertThat(removed).isNotDone();
        held.releaseAll();
        await(removed);
        assertThat(removed).isCompletedWithValue(null);
        assertThat(two.active()).containsExactly(2);
    }

    @Test
    void allNamespacesOfAControllerAreFormattedAtOnce() {
        held.releaseAll();
        assertThat(one.format(-1, FormatNvm.to(1, FormatNvm.SES_NONE))).isEqualTo(StatusCode.SUCCESS);
        for (int nsid = 1; nsid <= 2; nsid++) {
            assertThat(new IdentifyNamespace(one.host.identify(IdentifyCns.NAMESPACE, nsid)).sizeBlocks())
                    .isEqualTo(BLOCKS / 8);
        }
    }

    @Test
    void formatsThatCannotBeAreRefused() {
        assertThat(one.format(1, FormatNvm.to(2, FormatNvm.SES_NONE))).isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(one.format(1, FormatNvm.to(16, FormatNvm.SES_NONE))).isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(one.format(1, new FormatNvm(0, true, 0, false, 0))).isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(one.format(1, new FormatNvm(0, false, 1, false, 0))).isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(one.format(1, FormatNvm.to(0, FormatNvm.SES_CRYPTOGRAPHIC))).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(one.format(1, FormatNvm.to(0, 7))).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(one.format(0, FormatNvm.to(0, FormatNvm.SES_NONE)))
                .isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(one.format(9, FormatNvm.to(0, FormatNvm.SES_NONE))).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(held.seen()).isEmpty();
    }

    @Test
    void everyValueOfTheseCommandsGetsAnAnswer() {
        held.releaseAll();
        for (int opcode : new int[] {AdminOpcode.NAMESPACE_ATTACHMENT, AdminOpcode.FORMAT_NVM}) {
            for (int bit = 0; bit < 32; bit++) {
                long cdw10 = 1L << bit;
                one.host
                        .admin()
                        .execute((sq, at, cid) ->
                                SubmissionEntry.write(sq, at, opcode, cid, 1, one.host.allocate(1), 0, cdw10, 0, 0));
            }
        }
        assertThat(one.active()).containsExactly(1, 2);
    }
}
