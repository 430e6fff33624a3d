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

    public NamespaceInfo {
        descriptors = List.copyOf(descriptors);
    }

    public int blockBytes() {
        return structure.format().blockBytes();
    }

    public long blocks() {
        return structure.sizeBlocks();
    }

    public long lengthBytes() {
        return Math.multiplyExact(blocks(), (long) blockBytes());
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
