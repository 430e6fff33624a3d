package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LbaFormat;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import java.lang.foreign.MemorySegment;

/** What is said of a namespace of the NVM command set (CNS 00h, 09h, 11h). NVM Command Set 1.1, section 4.1.5.1. The data starts zeroed. */
final class IdentifyNamespaceData {
    private static final int MAXIMUM_ATOMIC_UNIT = 0xFFFF;

    private IdentifyNamespaceData() {}

    static void write(MemorySegment data, Namespace namespace) {
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
        LittleEndian.putU16(data, IdentifyNamespace.NACWU, FusedCommands.BLOCKS - 1);
        LittleEndian.putU64(data, IdentifyNamespace.NVMCAP, blocks << namespace.blockShift());
        BlockIdentity identity = namespace.identity();
        put(data, IdentifyNamespace.NGUID, NamespaceDescriptorData.nguid(identity));
        put(data, IdentifyNamespace.EUI64, NamespaceDescriptorData.eui64(identity));
        if (namespace.shared()) {
            LittleEndian.putU8(data, IdentifyNamespace.NMIC, IdentifyNamespace.NMIC_SHARED);
        }
        LittleEndian.putU8(data, IdentifyNamespace.NLBAF, NamespaceFormat.count() - 1);
        LittleEndian.putU8(
                data,
                IdentifyNamespace.FLBAS,
                IdentifyNamespace.formattedLbaSize(namespace.format().index()));
        formats(data, namespace.device().blockSizeBytes());
    }

    /** What all namespaces have in common, whatever they are made of. */
    static void common(MemorySegment data) {
        LittleEndian.putU8(data, IdentifyNamespace.FPI, IdentifyNamespace.FPI_SUPPORTED);
        LittleEndian.putU8(data, IdentifyNamespace.NLBAF, NamespaceFormat.count() - 1);
        formats(data, 1);
    }

    /** What a namespace of one LBA format has that comes of the format (CNS 09h). */
    static void ofFormat(MemorySegment data, int formatIndex) {
        common(data);
        LittleEndian.putU8(data, IdentifyNamespace.FLBAS, IdentifyNamespace.formattedLbaSize(formatIndex));
    }

    private static void formats(MemorySegment data, int deviceBlockBytes) {
        long at = IdentifyNamespace.LBAF0;
        for (LbaFormat format : NamespaceFormat.all(deviceBlockBytes)) {
            LittleEndian.putU32(data, at, format.wire());
            at += LbaFormat.LENGTH_BYTES;
        }
    }

    /** As many logical blocks as the back end's make, at least one, which is the least that the format can say. */
    private static int zeroBased(int deviceBlocks, Namespace namespace) {
        int blocks = deviceBlocks >>> namespace.format().deviceShift();
        return Math.clamp(blocks - 1L, 0, MAXIMUM_ATOMIC_UNIT);
    }

    private static void put(MemorySegment data, int offset, byte[] bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, offset, bytes.length);
    }
}
