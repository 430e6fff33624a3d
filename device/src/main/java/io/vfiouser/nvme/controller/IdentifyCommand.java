package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyNamespaceIndependent;
import io.vfiouser.nvme.spec.IoCommandSets;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Identify. Base 2.1, section 5.1.13; NVM Command Set 1.1, section 4.1.5. The structures are filled in {@link IdentifyData}. */
final class IdentifyCommand implements AdminCommandHandler {
    private static final int COMMAND_SET_INDEX = 0;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        MemorySegment data = controller.scratchPage();
        int status = fill(data, request, controller);
        return status == CommandStatus.SUCCESS ? request.toHost(data, IdentifyCns.LENGTH_BYTES) : status;
    }

    private static int fill(MemorySegment data, AdminRequest request, AdminContext controller) {
        int cns = request.cdw10() & 0xFF;
        return switch (cns) {
            case IdentifyCns.NAMESPACE -> namespace(data, request, controller, IdentifyCommand::nvmNamespace);
            case IdentifyCns.CONTROLLER -> {
                IdentifyData.controller(data, controller);
                yield CommandStatus.SUCCESS;
            }
            case IdentifyCns.ACTIVE_NAMESPACES -> namespaceList(data, request, controller);
            case IdentifyCns.NAMESPACE_DESCRIPTORS ->
                namespace(
                        data,
                        request,
                        controller,
                        (d, n) -> IdentifyData.descriptors(d, n.device().identity()));
            case IdentifyCns.COMMAND_SET_NAMESPACE ->
                commandSet(request, () -> namespace(data, request, controller, (d, n) -> {}));
            case IdentifyCns.COMMAND_SET_CONTROLLER -> commandSet(request, () -> CommandStatus.SUCCESS);
            case IdentifyCns.COMMAND_SET_ACTIVE_NAMESPACES ->
                commandSet(request, () -> namespaceList(data, request, controller));
            case IdentifyCns.NAMESPACE_INDEPENDENT ->
                namespace(
                        data,
                        request,
                        controller,
                        (d, n) -> LittleEndian.putU8(
                                d, IdentifyNamespaceIndependent.NSTAT, IdentifyNamespaceIndependent.NSTAT_READY));
            case IdentifyCns.IO_COMMAND_SETS -> {
                LittleEndian.putU64(data, (long) COMMAND_SET_INDEX * IoCommandSets.VECTOR_BYTES, IoCommandSets.NVM);
                yield CommandStatus.SUCCESS;
            }
            default -> CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        };
    }

    private interface NamespaceData {
        void fill(MemorySegment data, Namespace namespace);
    }

    private interface Filler {
        int fill();
    }

    private static void nvmNamespace(MemorySegment data, Namespace namespace) {
        IdentifyData.namespace(data, namespace);
    }

    private static int namespace(
            MemorySegment data, AdminRequest request, AdminContext controller, NamespaceData filler) {
        @Nullable Namespace named = controller.namespace(request.namespaceId());
        if (named == null) {
            return CommandStatus.of(StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
        }
        filler.fill(data, named);
        return CommandStatus.SUCCESS;
    }

    private static int namespaceList(MemorySegment data, AdminRequest request, AdminContext controller) {
        // Unsigned: FFFFFFFEh and FFFFFFFFh leave no NSID above them.
        if (Integer.compareUnsigned(request.namespaceId(), SubmissionEntry.NSID_ALL - 1) >= 0) {
            return CommandStatus.of(StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
        }
        int index = 0;
        for (Namespace namespace : controller.namespaces()) {
            if (Integer.compareUnsigned(namespace.id(), request.namespaceId()) > 0
                    && index < NamespaceList.MAXIMUM_ENTRIES) {
                NamespaceList.put(data, index++, namespace.id());
            }
        }
        return CommandStatus.SUCCESS;
    }

    private static int commandSet(AdminRequest request, Filler filler) {
        int csi = request.cdw11() >>> 24;
        return csi == IdentifyCns.CSI_NVM
                ? filler.fill()
                : CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 3);
    }
}
