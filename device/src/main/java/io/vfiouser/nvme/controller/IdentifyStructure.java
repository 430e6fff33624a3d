package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One of the data structures that Identify returns. Control thread. */
@FunctionalInterface
interface IdentifyStructure {
    /** Byte of the submission entry that holds CSI. */
    int CSI_BYTE = SubmissionEntry.CDW11 + 3;

    /**
     * Fills the data, which starts zeroed.
     *
     * @return a {@link CommandStatus}
     */
    int fill(MemorySegment data, AdminRequest request, AdminContext controller);

    /** The same for the NVM command set only. */
    default IdentifyStructure ofNvmCommandSet() {
        return (data, request, controller) -> AdminCommand.csi(request.cdw11()) == IdentifyCns.CSI_NVM
                ? fill(data, request, controller)
                : CommandStatus.of(StatusCode.INVALID_FIELD, CSI_BYTE);
    }

    /** A structure for an active namespace; zeroes for one that is not active. NSID FFFFFFFFh is invalid. */
    static IdentifyStructure ofActive(BiConsumer<MemorySegment, Namespace> writer) {
        return (data, request, controller) ->
                ofNamespace(data, request.namespaceId(), controller.namespace(request.namespaceId()), writer);
    }

    /** As {@link #ofActive}; NSID FFFFFFFFh stands for what all namespaces have in common. */
    static IdentifyStructure ofActiveOrAll(
            BiConsumer<MemorySegment, Namespace> writer, Consumer<MemorySegment> common) {
        IdentifyStructure one = ofActive(writer);
        return (data, request, controller) -> {
            if (request.namespaceId() == SubmissionEntry.NSID_ALL) {
                common.accept(data);
                return CommandStatus.SUCCESS;
            }
            return one.fill(data, request, controller);
        };
    }

    /** A structure for an allocated namespace; zeroes for one that is not allocated. NSID FFFFFFFFh is invalid. */
    static IdentifyStructure ofAllocated(BiConsumer<MemorySegment, Namespace> writer) {
        return (data, request, controller) -> ofNamespace(
                data,
                request.namespaceId(),
                controller.subsystem().namespace(request.namespaceId()).orElse(null),
                writer);
    }

    private static int ofNamespace(
            MemorySegment data, int nsid, @Nullable Namespace named, BiConsumer<MemorySegment, Namespace> writer) {
        if (!NamespaceIdentifier.valid(nsid)) {
            return NamespaceIdentifier.refused(nsid);
        }
        if (named != null) {
            writer.accept(data, named);
        }
        return CommandStatus.SUCCESS;
    }
}
