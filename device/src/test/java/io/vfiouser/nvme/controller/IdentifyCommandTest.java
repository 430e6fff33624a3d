package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IdentifyNamespaceIndependent;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.SpecVersion;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdentifyCommandTest {
    private final BlockIdentity identity = BlockIdentity.ofName("first");
    private final InMemoryGuest guest =
            InMemoryGuest.mapped(NullBlockDevice.of(1000, 512, identity), NullBlockDevice.of(1L << 33, 4096));
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private StatusCode status(int cns, int nsid, long cdw11, long prp1, long prp2) {
        return host.admin()
                .execute((sq, at, cid) -> SubmissionEntry.write(
                        sq, at, AdminOpcode.IDENTIFY, cid, nsid, prp1, prp2, cns | cdw11 << 32, 0, 0))
                .status();
    }

    @Test
    void theControllerSaysWhoItIsAndWhatItCan() {
        IdentifyController data = new IdentifyController(host.identify(IdentifyCns.CONTROLLER, 0));
        assertThat(data.serialNumber()).isEqualTo("SERIAL");
        assertThat(data.modelNumber()).isEqualTo("Model");
        assertThat(data.version()).isEqualTo(SpecVersion.V2_1);
        assertThat(data.maximumTransferBytes(12)).isEqualTo(1 << 20);
        assertThat(data.namespaceCount()).isEqualTo(NvmSubsystem.MAXIMUM_NAMESPACES);
        assertThat(data.u8(IdentifyController.SQES)).isEqualTo(0x66);
        assertThat(data.u8(IdentifyController.CQES)).isEqualTo(0x44);
        assertThat(data.u8(IdentifyController.CNTRLTYPE)).isOne();
        assertThat(data.subsystemName()).isEqualTo("nqn.2026-11.io.vfiouser:SERIAL");
        assertThat(data.supportsWriteZeroes()).isTrue();
        assertThat(data.hasVolatileWriteCache()).isFalse();
    }

    @Test
    void namespacesHaveTheirSizeFormatAndIdentifiers() {
        IdentifyNamespace first = new IdentifyNamespace(host.identify(IdentifyCns.NAMESPACE, 1));
        assertThat(first.sizeBlocks()).isEqualTo(1000);
        assertThat(first.capacityBlocks()).isEqualTo(1000);
        assertThat(first.formatCount()).isEqualTo(2);
        assertThat(first.format(1).blockBytes()).isEqualTo(4096);
        assertThat(first.format().blockBytes()).isEqualTo(512);
        assertThat(first.eui64()).isEqualTo(identity.eui64());
        assertThat(first.nguid()).isEqualTo("%016x%016x".formatted(identity.nguidHigh(), identity.nguidLow()));

        IdentifyNamespace second = new IdentifyNamespace(host.identify(IdentifyCns.NAMESPACE, 2));
        assertThat(second.sizeBlocks()).isEqualTo(1L << 33);
        assertThat(second.format().blockBytes()).isEqualTo(4096);
        assertThat(second.format(0).dataShift()).as("not available").isZero();
    }

    @Test
    void atomicUnitsEndAtTheBoundariesThatTheNamespaceAnnounces() {
        try (InMemoryGuest withRam = InMemoryGuest.mapped(RamBlockDevice.ofSize(1 << 20))) {
            NvmeHost other = new NvmeHost(withRam);
            other.enable();
            MemorySegment namespace = other.identify(IdentifyCns.NAMESPACE, 1);
            assertThat(LittleEndian.u16(namespace, IdentifyNamespace.NAWUN)).isEqualTo(7);
            assertThat(LittleEndian.u16(namespace, IdentifyNamespace.NABSN)).isEqualTo(7);
            assertThat(LittleEndian.u16(namespace, IdentifyNamespace.NAWUPF)).isZero();
            MemorySegment controller = other.identify(IdentifyCns.CONTROLLER, 0);
            assertThat(LittleEndian.u16(controller, IdentifyController.AWUN)).isZero();
        }
    }

    @Test
    void theDescriptorListNamesAllIdentifiers() {
        List<NamespaceDescriptor> list =
                NamespaceDescriptor.readList(host.identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1));
        assertThat(list)
                .extracting(NamespaceDescriptor::type)
                .containsExactly(
                        NamespaceDescriptor.TYPE_EUI64,
                        NamespaceDescriptor.TYPE_NGUID,
                        NamespaceDescriptor.TYPE_UUID,
                        NamespaceDescriptor.TYPE_CSI);
        assertThat(list.get(2)).isEqualTo(NamespaceDescriptor.uuid(identity.uuid()));
    }

    @Test
    void namespaceListsHoldWhatIsAboveTheGivenIdentifier() {
        assertThat(NamespaceList.read(host.identify(IdentifyCns.ACTIVE_NAMESPACES, 0)))
                .containsExactly(1, 2);
        assertThat(NamespaceList.read(host.identify(IdentifyCns.ACTIVE_NAMESPACES, 1)))
                .containsExactly(2);
        assertThat(NamespaceList.read(host.identify(IdentifyCns.ACTIVE_NAMESPACES, 2)))
                .isEmpty();
        assertThat(NamespaceList.read(host.identify(IdentifyCns.COMMAND_SET_ACTIVE_NAMESPACES, 0)))
                .containsExactly(1, 2);
        long buffer = host.allocate(1);
        for (int beyond : new int[] {-1, -2}) {
            assertThat(status(IdentifyCns.ACTIVE_NAMESPACES, beyond, 0, buffer, 0))
                    .isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        }
    }

    @Test
    void theFormsOfTheNvmCommandSetAreThereAndThoseOfOthersAreNot() {
        host.identify(IdentifyCns.COMMAND_SET_CONTROLLER, 0);
        host.identify(IdentifyCns.COMMAND_SET_NAMESPACE, 1);
        MemorySegment independent = host.identify(IdentifyCns.NAMESPACE_INDEPENDENT, 1);
        assertThat(LittleEndian.u8(independent, IdentifyNamespaceIndependent.NSTAT))
                .isOne();
        long sets = host.allocate(1);
        assertThat(status(IdentifyCns.IO_COMMAND_SETS | 0xFFFF << 16, 0, 0, sets, 0))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(LittleEndian.i64(host.memory(), host.at(sets))).isOne();
        assertThat(status(IdentifyCns.IO_COMMAND_SETS | 1 << 16, 0, 0, sets, 0)).isEqualTo(StatusCode.SUCCESS);
        assertThat(status(IdentifyCns.IO_COMMAND_SETS | 2 << 16, 0, 0, sets, 0)).isEqualTo(StatusCode.INVALID_FIELD);

        long buffer = host.allocate(1);
        long zoned = 2L << 24;
        assertThat(status(IdentifyCns.COMMAND_SET_CONTROLLER, 0, zoned, buffer, 0))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(status(IdentifyCns.COMMAND_SET_NAMESPACE, 1, zoned, buffer, 0))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(status(0x55, 0, 0, buffer, 0)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void namespacesThatCannotBeAreRefusedAndThoseThatAreNotAreZeroes() {
        long buffer = host.allocate(1);
        int[] structures = {
            IdentifyCns.NAMESPACE,
            IdentifyCns.NAMESPACE_DESCRIPTORS,
            IdentifyCns.COMMAND_SET_NAMESPACE,
            IdentifyCns.NAMESPACE_INDEPENDENT,
            IdentifyCns.ALLOCATED_NAMESPACE,
            IdentifyCns.COMMAND_SET_ALLOCATED_NAMESPACE,
            IdentifyCns.ALLOCATED_NAMESPACE_INDEPENDENT,
            IdentifyCns.NAMESPACE_ATTACHED_CONTROLLERS
        };
        for (int cns : structures) {
            for (int nsid : new int[] {0, NvmSubsystem.MAXIMUM_NAMESPACES + 1, 0x7FFF_FFFF, -2}) {
                assertThat(status(cns, nsid, 0, buffer, 0)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
            }
            boolean zeroes =
                    cns != IdentifyCns.NAMESPACE_DESCRIPTORS && cns != IdentifyCns.NAMESPACE_ATTACHED_CONTROLLERS;
            host.slice(buffer, 4096).fill((byte) 0x55);
            assertThat(status(cns, 3, 0, buffer, 0)).isEqualTo(zeroes ? StatusCode.SUCCESS : StatusCode.INVALID_FIELD);
            if (zeroes) {
                assertThat(host.slice(buffer, 4096).mismatch(MemorySegment.ofArray(new byte[4096])))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void allNamespacesAtOnceAreDescribedByWhatTheyHaveInCommon() {
        IdentifyNamespace common = new IdentifyNamespace(host.identify(IdentifyCns.NAMESPACE, -1));
        assertThat(common.sizeBlocks()).isZero();
        assertThat(common.formatCount()).isEqualTo(2);
        assertThat(common.format(0).blockBytes()).isEqualTo(512);
        assertThat(common.format(1).blockBytes()).isEqualTo(4096);
        host.identify(IdentifyCns.COMMAND_SET_NAMESPACE, -1);
        long buffer = host.allocate(1);
        for (int cns : new int[] {IdentifyCns.NAMESPACE_INDEPENDENT, IdentifyCns.ALLOCATED_NAMESPACE}) {
            assertThat(status(cns, -1, 0, buffer, 0)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        }
        assertThat(status(IdentifyCns.NAMESPACE_ATTACHED_CONTROLLERS, -1, 0, buffer, 0))
                .isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void formatsAreDescribedByTheirIndex() {
        long buffer = host.allocate(1);
        assertThat(status(IdentifyCns.NAMESPACE_USER_DATA_FORMAT, 0, 1, buffer, 0))
                .isEqualTo(StatusCode.SUCCESS);
        IdentifyNamespace second = new IdentifyNamespace(host.slice(buffer, 4096));
        assertThat(second.format().blockBytes()).isEqualTo(4096);
        assertThat(status(IdentifyCns.NAMESPACE_USER_DATA_FORMAT, 0, 2, buffer, 0))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(status(IdentifyCns.COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, 0, 0, buffer, 0))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(status(IdentifyCns.COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, 0, 2, buffer, 0))
                .isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void controllerListsStartAtTheOneNamed() {
        assertThat(ControllerList.read(host.identify(IdentifyCns.CONTROLLERS, 0)))
                .containsExactly(1);
        assertThat(ControllerList.read(host.identify(IdentifyCns.NAMESPACE_ATTACHED_CONTROLLERS, 2)))
                .containsExactly(1);
        long buffer = host.allocate(1);
        assertThat(status(IdentifyCns.CONTROLLERS | 2 << 16, 0, 0, buffer, 0)).isEqualTo(StatusCode.SUCCESS);
        assertThat(ControllerList.read(host.slice(buffer, 4096))).isEmpty();
        assertThat(NamespaceList.read(host.identify(IdentifyCns.ALLOCATED_NAMESPACES, 1)))
                .containsExactly(2);
        assertThat(NamespaceList.read(host.identify(IdentifyCns.COMMAND_SET_ALLOCATED_NAMESPACES, 0)))
                .containsExactly(1, 2);
    }

    @Test
    void theDataMayCrossAPageAndIsMarkedDirty() {
        long buffer = host.allocate(3);
        guest.dirtyPages().clear();
        assertThat(status(IdentifyCns.CONTROLLER, 0, 0, buffer + 0x800, buffer + 0x2000))
                .isEqualTo(StatusCode.SUCCESS);
        int page = (int) (host.at(buffer) / NvmeHost.PAGE);
        assertThat(guest.dirtyPages().get(page)).isTrue();
        assertThat(guest.dirtyPages().get(page + 1)).isFalse();
        assertThat(guest.dirtyPages().get(page + 2)).isTrue();
        assertThat(LittleEndian.ascii(guest.memory(), host.at(buffer) + 0x800 + IdentifyController.SN, 20))
                .isEqualTo("SERIAL");
        assertThat(LittleEndian.u8(guest.memory(), host.at(buffer) + 0x2000)).isNotZero();
    }

    @Test
    void buffersThatAreInvalidGetTheirStatus() {
        long buffer = host.allocate(1);
        assertThat(status(IdentifyCns.CONTROLLER, 0, 0, buffer + 2, 0)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(SubmissionEntry.PRP1);
        assertThat(status(IdentifyCns.CONTROLLER, 0, 0, buffer + 4, 8)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(SubmissionEntry.PRP2);
        assertThat(status(IdentifyCns.CONTROLLER, 0, 0, buffer + 4, 0)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(SubmissionEntry.PRP2);
        assertThat(status(IdentifyCns.CONTROLLER, 0, 0, 0x1000, 0)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(SubmissionEntry.PRP1);
        assertThat(host.admin()
                        .execute((sq, at, cid) -> {
                            AdminCommand.identify(sq, at, cid, 1, 0, buffer, 0);
                            LittleEndian.putU16(sq, at, AdminOpcode.IDENTIFY | 0x4000);
                        })
                        .status())
                .as("SGLs are not for admin commands here")
                .isEqualTo(StatusCode.INVALID_FIELD);
    }
}
