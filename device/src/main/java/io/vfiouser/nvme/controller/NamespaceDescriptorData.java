package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The list of a namespace's identifiers (CNS 03h). Base 2.1, section 5.1.13.2.3. The data starts zeroed. */
final class NamespaceDescriptorData {
    private NamespaceDescriptorData() {}

    static void write(MemorySegment data, BlockIdentity identity) {
        long end = NamespaceDescriptor.of(NamespaceDescriptor.TYPE_EUI64, eui64(identity))
                .write(data, 0);
        end = NamespaceDescriptor.of(NamespaceDescriptor.TYPE_NGUID, nguid(identity))
                .write(data, end);
        end = NamespaceDescriptor.uuid(identity.uuid()).write(data, end);
        NamespaceDescriptor.of(NamespaceDescriptor.TYPE_CSI, new byte[] {IdentifyCns.CSI_NVM})
                .write(data, end);
    }

    static byte[] eui64(BlockIdentity identity) {
        return ByteBuffer.allocate(8).putLong(identity.eui64()).array();
    }

    static byte[] nguid(BlockIdentity identity) {
        return ByteBuffer.allocate(16)
                .putLong(identity.nguidHigh())
                .putLong(identity.nguidLow())
                .array();
    }
}
