package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The namespaces of a subsystem as senders and receivers see them. Control thread only. */
public final class NamespaceContents implements ContentTarget {
    /** A namespace as it was when the copying began. */
    private record Begun(Namespace namespace, NamespaceFormat format, long blockCount, List<Integer> controllers) {}

    private final NvmSubsystem subsystem;

    private NamespaceContents(NvmSubsystem subsystem) {
        this.subsystem = subsystem;
    }

    /**
     * Begins to send all namespaces of a subsystem, attached or not. While nothing changes them.
     *
     * @throws StateRefusedException if one of them is being formatted, or they are not owned
     */
    public static NamespaceSender sender(NvmSubsystem subsystem) {
        if (!subsystem.owned()) {
            throw new StateRefusedException("the namespaces are not this server's at present: another one has them");
        }
        List<Begun> begun = new ArrayList<>();
        List<ContentSource> sources = new ArrayList<>();
        for (Namespace namespace : subsystem.namespaces()) {
            if (!namespace.ready()) {
                throw new StateRefusedException(namespace + " is being formatted: wait until that has ended");
            }
            begun.add(begun(subsystem, namespace));
            sources.add(new ContentSource(
                    namespace.id(), namespace.format().blockBytes(), namespace.device(), namespace.changes()));
        }
        return new NamespaceSender(sources, () -> disturbance(subsystem, begun));
    }

    /**
     * Begins to receive into the namespaces of a subsystem, which owns them; what is missing is made in its pool.
     */
    public static NamespaceReceiver receiver(NvmSubsystem subsystem) {
        return new NamespaceReceiver(new NamespaceContents(subsystem));
    }

    private static Begun begun(NvmSubsystem subsystem, Namespace namespace) {
        return new Begun(namespace, namespace.format(), namespace.blockCount(), subsystem.controllersWith(namespace));
    }

    private static Optional<String> disturbance(NvmSubsystem subsystem, List<Begun> before) {
        List<Namespace> now = subsystem.namespaces();
        for (Begun each : before) {
            Namespace namespace = each.namespace;
            if (!now.contains(namespace)) {
                return Optional.of(namespace + " was deleted");
            }
            if (!namespace.ready() || !namespace.format().equals(each.format)) {
                return Optional.of(namespace + " was formatted");
            }
            if (namespace.blockCount() != each.blockCount) {
                return Optional.of(namespace + " was given another size");
            }
            if (!subsystem.controllersWith(namespace).equals(each.controllers)) {
                return Optional.of(namespace + " was attached or detached");
            }
        }
        return now.size() == before.size() ? Optional.empty() : Optional.of("a namespace was created");
    }

    @Override
    public BlockDevice deviceOf(int namespaceId, int blockBytes, long blockCount) {
        Optional<Namespace> existing = subsystem.namespace(namespaceId);
        if (existing.isPresent()) {
            return existing.get().device();
        }
        int formatIndex = 0;
        while (NamespaceFormat.blockBytes(formatIndex) != blockBytes) {
            formatIndex++;
        }
        try {
            return subsystem
                    .createAs(namespaceId, blockCount * blockBytes, formatIndex)
                    .device();
        } catch (BlockDeviceException | IllegalStateException | IllegalArgumentException e) {
            throw new StateRefusedException(
                    "there is no namespace %d here, and it cannot be made: %s".formatted(namespaceId, e.getMessage()),
                    e);
        }
    }
}
