package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An active namespace.
 *
 * @param id its NSID
 * @param structure what Identify (CNS 00h) returned; a copy
 * @param descriptors what Identify (CNS 03h) returned; empty where the controller has no descriptors
 */
public record NamespaceInfo(int id, IdentifyNamespace structure, List<NamespaceDescriptor> descriptors) {

    private static final int SMALLEST_BLOCK_SHIFT = 9;
    private static final int LARGEST_BLOCK_SHIFT = 16;

    /**
     * Checks what the controller said.
     *
     * @throws NvmeProtocolException if block size and number of blocks cannot be
     */
    public NamespaceInfo {
        descriptors = List.copyOf(descriptors);
        int shift = structure.format().dataShift();
        if (shift < SMALLEST_BLOCK_SHIFT || shift > LARGEST_BLOCK_SHIFT) {
            throw new NvmeProtocolException(
                    "namespace " + id + " has blocks of 2^" + shift + " bytes, which no namespace can have");
        }
        if (structure.sizeBlocks() < 0 || structure.sizeBlocks() > Long.MAX_VALUE >> shift) {
            throw new NvmeProtocolException("namespace " + id + " has " + Long.toUnsignedString(structure.sizeBlocks())
                    + " blocks of " + (1 << shift) + " bytes, which is more than there can be");
        }
    }

    public int blockBytes() {
        return structure.format().blockBytes();
    }

    public long blocks() {
        return structure.sizeBlocks();
    }

    public long lengthBytes() {
        return blocks() * blockBytes();
    }

    /** The UUID among the descriptors. */
    public Optional<UUID> uuid() {
        return descriptors.stream()
                .filter(d -> d.type() == NamespaceDescriptor.TYPE_UUID
                        && d.identifier().size() == 16)
                .map(d -> ByteBuffer.wrap(d.identifierBytes()))
                .map(b -> new UUID(b.getLong(), b.getLong()))
                .findFirst();
    }
}
