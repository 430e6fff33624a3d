package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockDevicePool;
import io.vfiouser.nvme.block.DirectoryBlockDevicePool;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Namespace Management: what hosts create and delete in a folder that outlives the server. */
class NamespaceManagementTest {
    private static final long CAPACITY = 8 << 20;
    private static final int BLOCKS = 2048;

    @TempDir
    private Path folder;

    private NvmSubsystem subsystem;
    private InMemoryGuest guest;
    private InMemoryGuest other;
    private NvmeHost host;
    private NvmeHost otherHost;

    @BeforeEach
    void open() {
        BlockDevicePool pool = DirectoryBlockDevicePool.open(folder, CAPACITY);
        subsystem = NvmSubsystem.builder()
                .namespace(RamBlockDevice.builder(1 << 20).build())
                .pool(pool)
                .open();
        guest = InMemoryGuest.of(subsystem, 1);
        other = InMemoryGuest.of(subsystem, 2);
        guest.alongside(other);
        host = new NvmeHost(guest);
        otherHost = new NvmeHost(other);
        host.enable();
        otherHost.enable();
    }

    @AfterEach
    void close() {
        guest.close();
        other.close();
        subsystem.close();
    }

    private HostCompletion create(NamespaceManagementData wanted, int csi) {
        long buffer = host.allocate(1);
        wanted.write(host.memory(), host.at(buffer));
        return host.admin().execute((sq, at, cid) -> AdminCommand.createNamespace(sq, at, cid, csi, buffer, 0));
    }

    private HostCompletion create(NamespaceManagementData wanted) {
        return create(wanted, 0);
    }

    private StatusCode delete(int nsid) {
        return host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteNamespace(sq, at, cid, nsid))
                .status();
    }

    private StatusCode attach(int nsid, int... controllers) {
        long buffer = host.allocate(1);
        for (int id : controllers) {
            ControllerList.add(host.slice(buffer, 4096), id);
        }
        return host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.namespaceAttachment(sq, at, cid, nsid, AdminCommand.SELECT_ATTACH, buffer, 0))
                .status();
    }

    private static List<Integer> active(NvmeHost of) {
        return NamespaceList.read(of.identify(IdentifyCns.ACTIVE_NAMESPACES, 0));
    }

    private List<Integer> allocated() {
        return NamespaceList.read(host.identify(IdentifyCns.ALLOCATED_NAMESPACES, 0));
    }

    private long unallocatedBytes() {
        return LittleEndian.i64(host.identify(IdentifyCns.CONTROLLER, 0), IdentifyController.UNVMCAP);
    }

    @Test
    void aCreatedNamespaceIsNobodysUntilItIsAttachedAndGoneWhenItIsDeleted() {
        HostCompletion created =
                create(NamespaceManagementData.of(BLOCKS, 0, true)).orThrow();
        assertThat(created.result()).isEqualTo(2);
        assertThat(allocated()).containsExactly(1, 2);
        assertThat(active(host)).containsExactly(1);
        assertThat(unallocatedBytes()).isEqualTo(CAPACITY - BLOCKS * 512L);
        IdentifyNamespace data = new IdentifyNamespace(host.identify(IdentifyCns.ALLOCATED_NAMESPACE, 2));
        assertThat(data.sizeBlocks()).isEqualTo(BLOCKS);
        assertThat(data.u8(IdentifyNamespace.NMIC)).isEqualTo(IdentifyNamespace.NMIC_SHARED);

        assertThat(attach(2, 1, 2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(active(otherHost)).containsExactly(1, 2);
        HostQueue queue = host.createQueues(1, 8);
        long buffer = host.allocate(1);
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 0, 8, 0, buffer, 0))
                .orThrow();

        assertThat(delete(2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(active(host)).containsExactly(1);
        assertThat(active(otherHost)).containsExactly(1);
        assertThat(allocated()).containsExactly(1);
        assertThat(unallocatedBytes()).isEqualTo(CAPACITY);
        assertThat(delete(2)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void allThatHostsCreatedIsDeletedAtOnceAndWhatTheOperatorGaveStays() {
        create(NamespaceManagementData.of(BLOCKS, 0, true)).orThrow();
        create(NamespaceManagementData.of(BLOCKS / 8, 1, false)).orThrow();
        assertThat(allocated()).containsExactly(1, 2, 3);
        assertThat(delete(1)).isEqualTo(StatusCode.OPERATION_DENIED);
        assertThat(delete(0)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(delete(SubmissionEntry.NSID_ALL)).isEqualTo(StatusCode.SUCCESS);
        assertThat(allocated()).containsExactly(1);
    }

    @Test
    void aPrivateNamespaceIsAttachedToOneControllerOnly() {
        create(NamespaceManagementData.of(BLOCKS, 0, false)).orThrow();
        assertThat(attach(2, 1, 2)).isEqualTo(StatusCode.NAMESPACE_IS_PRIVATE);
        assertThat(attach(2, 2)).isEqualTo(StatusCode.SUCCESS);
        assertThat(attach(2, 1)).isEqualTo(StatusCode.NAMESPACE_IS_PRIVATE);
        assertThat(active(host)).containsExactly(1);
    }

    @Test
    void namespacesThatCannotBeAreRefusedAndTakeNoRoom() {
        assertThat(create(NamespaceManagementData.of(BLOCKS, 0, false), 2).status())
                .isEqualTo(StatusCode.IO_COMMAND_SET_NOT_SUPPORTED);
        assertThat(create(NamespaceManagementData.of(BLOCKS, 5, false)).status())
                .isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(create(NamespaceManagementData.of(0, 0, false)).status()).isEqualTo(StatusCode.INVALID_FIELD);
        for (long tooMany : new long[] {CAPACITY / 512 + 1, 1L << 55, Long.MAX_VALUE, -1}) {
            assertThat(create(NamespaceManagementData.of(tooMany, 0, false)).status())
                    .isEqualTo(StatusCode.NAMESPACE_INSUFFICIENT_CAPACITY);
        }
        assertThat(create(new NamespaceManagementData(BLOCKS, BLOCKS - 1, 0, 0, 0, 0, 0, 0, 0, 0))
                        .status())
                .isEqualTo(StatusCode.THIN_PROVISIONING_NOT_SUPPORTED);
        assertThat(create(new NamespaceManagementData(BLOCKS, BLOCKS + 1, 0, 0, 0, 0, 0, 0, 0, 0))
                        .status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(create(new NamespaceManagementData(BLOCKS, BLOCKS, 0, 1, 0, 0, 0, 0, 0, 0))
                        .status())
                .isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(create(new NamespaceManagementData(BLOCKS, BLOCKS, 0, 0, 2, 0, 0, 0, 0, 0))
                        .status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(unallocatedBytes()).isEqualTo(CAPACITY);
        assertThat(allocated()).containsExactly(1);
    }

    @Test
    void whatHostsCreatedIsThereAfterARestart() {
        create(NamespaceManagementData.of(BLOCKS / 8, 1, true)).orThrow();
        close();
        open();
        assertThat(allocated()).containsExactly(1, 2);
        assertThat(new IdentifyNamespace(host.identify(IdentifyCns.ALLOCATED_NAMESPACE, 2))
                        .format()
                        .blockBytes())
                .isEqualTo(4096);
        assertThat(delete(2)).isEqualTo(StatusCode.SUCCESS);
    }
}
