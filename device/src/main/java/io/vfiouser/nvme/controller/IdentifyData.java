package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LbaFormat;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.PowerState;
import io.vfiouser.nvme.spec.SpecVersion;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.SubsystemIdentity;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** What this controller says of itself and its namespaces. The data starts zeroed; a field that is left out is zero. */
final class IdentifyData {
    private static final int MAXIMUM_CENTIWATTS = 2500;
    private static final int MAXIMUM_ATOMIC_UNIT = 0xFFFF;
    private static final int LAST_FIRMWARE_SLOT_READ_ONLY = 1 | 1 << 1;

    private IdentifyData() {}

    static void controller(MemorySegment data, AdminContext controller) {
        ControllerOptions options = controller.options();
        SubsystemIdentity subsystem = controller.subsystem().identity();
        LittleEndian.putU16(data, IdentifyController.VID, options.pciVendorId());
        LittleEndian.putU16(data, IdentifyController.SSVID, options.pciVendorId());
        LittleEndian.putAscii(data, IdentifyController.SN, IdentifyController.SN_LENGTH, subsystem.serial());
        LittleEndian.putAscii(data, IdentifyController.MN, IdentifyController.MN_LENGTH, subsystem.model());
        LittleEndian.putAscii(data, IdentifyController.FR, IdentifyController.FR_LENGTH, subsystem.firmware());
        LittleEndian.putU8(data, IdentifyController.MDTS, options.transferShift());
        LittleEndian.putU16(data, IdentifyController.CNTLID, options.controllerId());
        LittleEndian.putU32(data, IdentifyController.VER, SpecVersion.V2_1);
        LittleEndian.putU32(data, IdentifyController.OAES, IdentifyController.OAES_NAMESPACE_ATTRIBUTE);
        LittleEndian.putU32(data, IdentifyController.CTRATT, IdentifyController.CTRATT_HOST_ID_128);
        LittleEndian.putU16(data, IdentifyController.OACS, IdentifyController.OACS_DOORBELL_BUFFER_CONFIG);
        LittleEndian.putU8(data, IdentifyController.CNTRLTYPE, IdentifyController.TYPE_IO);
        LittleEndian.putU8(data, IdentifyController.AERL, AsynchronousEvents.LIMIT - 1);
        LittleEndian.putU8(data, IdentifyController.FRMW, LAST_FIRMWARE_SLOT_READ_ONLY);
        LittleEndian.putU8(
                data,
                IdentifyController.LPA,
                IdentifyController.LPA_COMMAND_EFFECTS
                        | IdentifyController.LPA_EXTENDED_DATA
                        | IdentifyController.LPA_SUPPORTED_PAGES);
        LittleEndian.putU8(data, IdentifyController.ELPE, ErrorLog.ENTRIES - 1);
        LittleEndian.putU16(data, IdentifyController.WCTEMP, Health.WARNING_KELVIN);
        LittleEndian.putU16(data, IdentifyController.CCTEMP, Health.CRITICAL_KELVIN);
        LittleEndian.putU16(data, IdentifyController.KAS, KeepAliveTimerFeature.GRANULARITY_UNITS);
        LittleEndian.putU8(data, IdentifyController.SQES, IdentifyController.SQES_NVM);
        LittleEndian.putU8(data, IdentifyController.CQES, IdentifyController.CQES_NVM);
        LittleEndian.putU32(data, IdentifyController.NN, NvmSubsystem.MAXIMUM_NAMESPACES);
        LittleEndian.putU16(
                data,
                IdentifyController.ONCS,
                IdentifyController.ONCS_DATASET_MANAGEMENT
                        | IdentifyController.ONCS_WRITE_ZEROES
                        | IdentifyController.ONCS_FEATURES_SAVE_AND_SELECT
                        | IdentifyController.ONCS_TIMESTAMP);
        LittleEndian.putU8(
                data,
                IdentifyController.VWC,
                IdentifyController.VWC_FLUSH_ALL
                        | (controller.hasVolatileCache() ? IdentifyController.VWC_PRESENT : 0));
        // One block: the back ends promise no more across the boundaries that their namespaces announce (NVM Command
        // Set 1.1, section 2.1.4.3).
        LittleEndian.putU16(data, IdentifyController.AWUN, 0);
        LittleEndian.putU16(data, IdentifyController.AWUPF, 0);
        MemorySegment name = data.asSlice(IdentifyController.SUBNQN, IdentifyController.SUBNQN_LENGTH);
        name.setString(0, subsystem.name());
        new PowerState(MAXIMUM_CENTIWATTS, 0, 0).write(data, IdentifyController.PSD0);
    }

    static void namespace(MemorySegment data, Namespace namespace) {
        BlockCapabilities can = namespace.device().capabilities();
        long blocks = namespace.blockCount();
        LittleEndian.putU64(data, IdentifyNamespace.NSZE, blocks);
        LittleEndian.putU64(data, IdentifyNamespace.NCAP, blocks);
        LittleEndian.putU64(data, IdentifyNamespace.NUSE, blocks);
        int features = IdentifyNamespace.NSFEAT_ATOMICS;
        if (can.optimalBlocks() >>> namespace.format().deviceShift() > 1) {
            features |= IdentifyNamespace.NSFEAT_OPTIMAL_PERFORMANCE;
            int granularity = zeroBased(can.optimalBlocks(), namespace);
            LittleEndian.putU16(data, IdentifyNamespace.NPWG, granularity);
            LittleEndian.putU16(data, IdentifyNamespace.NPWA, granularity);
            LittleEndian.putU16(data, IdentifyNamespace.NPDG, granularity);
            LittleEndian.putU16(data, IdentifyNamespace.NPDA, granularity);
        }
        LittleEndian.putU8(data, IdentifyNamespace.NSFEAT, features);
        int deallocation = 0;
        if (can.deallocatedReads() == DeallocatedReads.ZEROES) {
            deallocation |= IdentifyNamespace.DLFEAT_READS_ZEROES;
        }
        if (can.deallocate()) {
            deallocation |= IdentifyNamespace.DLFEAT_WRITE_ZEROES_DEALLOCATES;
        }
        LittleEndian.putU8(
                data, IdentifyNamespace.FPI, IdentifyNamespace.FPI_SUPPORTED | namespace.formatRemainingPercent());
        LittleEndian.putU8(data, IdentifyNamespace.DLFEAT, deallocation);
        LittleEndian.putU16(data, IdentifyNamespace.NAWUN, zeroBased(can.atomicBlocks(), namespace));
        LittleEndian.putU16(data, IdentifyNamespace.NABSN, zeroBased(can.atomicBlocks(), namespace));
        LittleEndian.putU16(data, IdentifyNamespace.NAWUPF, zeroBased(can.powerFailAtomicBlocks(), namespace));
        LittleEndian.putU64(data, IdentifyNamespace.NVMCAP, blocks << namespace.blockShift());
        BlockIdentity identity = namespace.device().identity();
        put(data, IdentifyNamespace.NGUID, nguid(identity));
        put(data, IdentifyNamespace.EUI64, eui64(identity));
        LittleEndian.putU8(data, IdentifyNamespace.NLBAF, NamespaceFormat.count() - 1);
        LittleEndian.putU8(data, IdentifyNamespace.FLBAS, namespace.format().index());
        formats(data, namespace.device().blockSizeBytes());
    }

    private static void formats(MemorySegment data, int deviceBlockBytes) {
        long at = IdentifyNamespace.LBAF0;
        for (LbaFormat format : NamespaceFormat.all(deviceBlockBytes)) {
            LittleEndian.putU32(data, at, format.wire());
            at += LbaFormat.LENGTH_BYTES;
        }
    }

    static void descriptors(MemorySegment data, BlockIdentity identity) {
        long end = NamespaceDescriptor.of(NamespaceDescriptor.TYPE_EUI64, eui64(identity))
                .write(data, 0);
        end = NamespaceDescriptor.of(NamespaceDescriptor.TYPE_NGUID, nguid(identity))
                .write(data, end);
        end = NamespaceDescriptor.uuid(identity.uuid()).write(data, end);
        NamespaceDescriptor.of(NamespaceDescriptor.TYPE_CSI, new byte[] {IdentifyCns.CSI_NVM})
                .write(data, end);
    }

    /** As many logical blocks as the back end's make, at least one, which is the least that the format can say. */
    private static int zeroBased(int deviceBlocks, Namespace namespace) {
        int blocks = deviceBlocks >>> namespace.format().deviceShift();
        return Math.clamp(blocks - 1L, 0, MAXIMUM_ATOMIC_UNIT);
    }

    private static byte[] eui64(BlockIdentity identity) {
        return ByteBuffer.allocate(8).putLong(identity.eui64()).array();
    }

    private static byte[] nguid(BlockIdentity identity) {
        return ByteBuffer.allocate(16)
                .putLong(identity.nguidHigh())
                .putLong(identity.nguidLow())
                .array();
    }

    private static void put(MemorySegment data, int offset, byte[] bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, offset, bytes.length);
    }
}
