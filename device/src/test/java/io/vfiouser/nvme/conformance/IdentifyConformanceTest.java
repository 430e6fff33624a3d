package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommandSets;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Identify. Base 2.1, section 5.1.13; NVM Command Set 1.1, section 4.1.5. */
@ConformanceSuite
class IdentifyConformanceTest {
    private static final int CSI_BYTE = SubmissionEntry.CDW11 + 3;
    private static final int CSI_SHIFT = 24;
    private static final int CSI_UNKNOWN = 0x2F;
    private static final int THIS_CONTROLLER = 0xFFFF << 16;

    private static NvmeCommand identify(Conformance c, int cns, int nsid) {
        return NvmeCommand.identify(cns, nsid, c.buffer());
    }

    private static boolean managesNamespaces(Conformance c) {
        return (c.driver().identify().u16(IdentifyController.OACS) & IdentifyController.OACS_NAMESPACE_MANAGEMENT) != 0;
    }

    @Test
    void namespacesHaveTheSizeTheyAreServedWith(Conformance c) {
        for (TestedNamespace namespace : TestedNamespace.values()) {
            c.admin(identify(c, IdentifyCns.NAMESPACE, namespace.id())).succeeds();
            IdentifyNamespace data = new IdentifyNamespace(c.buffer().segment());
            assertThat(data.sizeBlocks()).isEqualTo(namespace.blocks());
            assertThat(data.capacityBlocks()).isEqualTo(namespace.blocks());
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                IdentifyCns.NAMESPACE,
                IdentifyCns.NAMESPACE_DESCRIPTORS,
                IdentifyCns.COMMAND_SET_NAMESPACE,
                IdentifyCns.NAMESPACE_INDEPENDENT
            })
    void structuresOfANamespaceWantAValidOne(int cns, Conformance c) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0x7FFF_FFFF, 0xFFFF_FFFE}) {
            c.admin(identify(c, cns, nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
        c.admin(identify(c, cns, 1)).succeeds();
    }

    @ParameterizedTest
    @ValueSource(ints = {IdentifyCns.NAMESPACE, IdentifyCns.COMMAND_SET_NAMESPACE})
    void allNamespacesAtOnceAreDescribedOnlyWhereNamespacesAreManaged(int cns, Conformance c) {
        Outcome outcome = c.admin(identify(c, cns, SubmissionEntry.NSID_ALL));
        if (managesNamespaces(c)) {
            outcome.succeeds();
        } else {
            outcome.refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT).at(SubmissionEntry.NSID);
        }
    }

    @Test
    void descriptorsOfAllNamespacesAtOnceDoNotExist(Conformance c) {
        c.admin(identify(c, IdentifyCns.NAMESPACE_DESCRIPTORS, SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void theListOfActiveNamespacesStartsAboveTheOneNamed(Conformance c) {
        int beyond = c.namespaceBeyond();
        for (int cns : new int[] {IdentifyCns.ACTIVE_NAMESPACES, IdentifyCns.COMMAND_SET_ACTIVE_NAMESPACES}) {
            c.admin(identify(c, cns, 0)).succeeds();
            assertThat(NamespaceList.read(c.buffer().segment().asSlice(0, NamespaceList.LENGTH_BYTES)))
                    .startsWith(1, 2, 3);
            c.admin(identify(c, cns, 1)).succeeds();
            assertThat(NamespaceList.read(c.buffer().segment().asSlice(0, NamespaceList.LENGTH_BYTES)))
                    .startsWith(2, 3);
            c.admin(identify(c, cns, beyond)).succeeds();
            assertThat(NamespaceList.read(c.buffer().segment().asSlice(0, NamespaceList.LENGTH_BYTES)))
                    .isEmpty();
            for (int nsid : new int[] {0xFFFF_FFFE, SubmissionEntry.NSID_ALL}) {
                c.admin(identify(c, cns, nsid))
                        .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                        .at(SubmissionEntry.NSID);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                IdentifyCns.COMMAND_SET_NAMESPACE,
                IdentifyCns.COMMAND_SET_CONTROLLER,
                IdentifyCns.COMMAND_SET_ACTIVE_NAMESPACES
            })
    void structuresOfACommandSetWantOneThatIsSupported(int cns, Conformance c) {
        c.admin(identify(c, cns, 1).cdw11(CSI_UNKNOWN << CSI_SHIFT))
                .refused(StatusCode.INVALID_FIELD)
                .at(CSI_BYTE);
        c.admin(identify(c, cns, 1)).succeeds();
    }

    @Test
    void reservedStructuresAreRefused(Conformance c) {
        for (int cns = 0x21; cns <= 0xFF; cns++) {
            c.admin(identify(c, cns, 1)).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void descriptorsNameTheCommandSetAndAnIdentifierThatIsNotZero(Conformance c) {
        for (TestedNamespace namespace : TestedNamespace.values()) {
            c.admin(identify(c, IdentifyCns.NAMESPACE_DESCRIPTORS, namespace.id()))
                    .succeeds();
            List<NamespaceDescriptor> all = NamespaceDescriptor.readList(
                    c.buffer().segment().asSlice(0, NamespaceDescriptor.LIST_LENGTH_BYTES));
            assertThat(all)
                    .extracting(NamespaceDescriptor::type)
                    .contains(NamespaceDescriptor.TYPE_UUID, NamespaceDescriptor.TYPE_CSI)
                    .doesNotHaveDuplicates();
            assertThat(all)
                    .filteredOn(d -> d.type() == NamespaceDescriptor.TYPE_UUID)
                    .allSatisfy(d -> assertThat(d.identifier()).anyMatch(b -> b != 0));
        }
    }

    @Test
    void theNvmCommandSetIsAmongTheCommandSetsOfThisController(Conformance c) {
        c.admin(NvmeCommand.identify(IdentifyCns.IO_COMMAND_SETS, 0, c.buffer())
                        .cdw10(IdentifyCns.IO_COMMAND_SETS | THIS_CONTROLLER))
                .succeeds();
        assertThat(LittleEndian.i64(c.buffer().segment(), 0) & IoCommandSets.NVM)
                .isEqualTo(IoCommandSets.NVM);
    }

    @Test
    void allOfTheStructureIsWrittenAndNothingBeyond(Conformance c) {
        for (int offset : new int[] {0, 4, 2048, 4092}) {
            c.buffer().segment().fill((byte) 0xA5);
            c.admin(NvmeCommand.admin(AdminOpcode.IDENTIFY)
                            .cdw10(IdentifyCns.COMMAND_SET_CONTROLLER)
                            .data(c.buffer(), 4096 + offset, IdentifyCns.LENGTH_BYTES))
                    .succeeds();
            var memory = c.buffer().segment();
            assertThat(LittleEndian.u8(memory, 4096 + offset - 1L)).isEqualTo(0xA5);
            assertThat(LittleEndian.u8(memory, 4096 + offset + 100L)).isZero();
            assertThat(LittleEndian.u8(memory, 4096 + offset + 4095L)).isZero();
            assertThat(LittleEndian.u8(memory, 4096 + offset + 4096L)).isEqualTo(0xA5);
        }
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        BadBuffers.checkAdminTransferToHost(
                c, () -> NvmeCommand.admin(AdminOpcode.IDENTIFY).cdw10(IdentifyCns.CONTROLLER));
    }

    @Test
    void aBufferAcrossTwoRegionsIsFilled(Conformance c) {
        ForeignMemory low = c.map(ForeignMemory.UNMAPPED, 1, Protection.READ_WRITE);
        ForeignMemory high = c.map(low.end(), 1, Protection.READ_WRITE);
        c.admin(NvmeCommand.admin(AdminOpcode.IDENTIFY)
                        .cdw10(IdentifyCns.CONTROLLER)
                        .prp1(low.iova() + 4)
                        .prp2(high.iova()))
                .succeeds();
        c.admin(identify(c, IdentifyCns.CONTROLLER, 0)).succeeds();
        assertThat(low.segment().asSlice(4).mismatch(c.buffer().segment().asSlice(0, 4092)))
                .isEqualTo(-1);
        assertThat(LittleEndian.i32(high.segment(), 0))
                .isEqualTo(LittleEndian.i32(c.buffer().segment(), 4092));
    }

    /** To refuse it is a "should" of the specification that hosts in use would not survive. */
    @Test
    void aNamespaceForAStructureThatUsesNoneIsNotLookedAt(Conformance c) {
        c.admin(identify(c, IdentifyCns.CONTROLLER, 1)).succeeds();
    }
}
