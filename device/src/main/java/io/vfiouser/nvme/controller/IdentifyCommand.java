package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommandSets;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Identify. Base 2.1, section 5.1.13; NVM Command Set 1.1, section 4.1.5. A structure is entered in the table here and nowhere else. */
final class IdentifyCommand implements AdminCommandHandler {
    private static final int CNTID_BYTE = SubmissionEntry.CDW10 + 2;

    private static final IdentifyStructure ACTIVE_NAMESPACES =
            (data, request, controller) -> IdentifyLists.namespaces(data, request, controller.namespaces());
    private static final IdentifyStructure ALLOCATED_NAMESPACES = (data, request, controller) ->
            IdentifyLists.namespaces(data, request, controller.subsystem().namespaces());

    private static final Map<Integer, IdentifyStructure> STRUCTURES = Map.ofEntries(
            Map.entry(
                    IdentifyCns.NAMESPACE,
                    IdentifyStructure.ofActiveOrAll(IdentifyNamespaceData::write, IdentifyNamespaceData::common)),
            Map.entry(IdentifyCns.CONTROLLER, IdentifyCommand::controller),
            Map.entry(IdentifyCns.ACTIVE_NAMESPACES, ACTIVE_NAMESPACES),
            Map.entry(IdentifyCns.NAMESPACE_DESCRIPTORS, IdentifyCommand::descriptors),
            Map.entry(IdentifyCns.NVM_SETS, IdentifyCommand::zeroes),
            Map.entry(
                    IdentifyCns.COMMAND_SET_NAMESPACE,
                    IdentifyStructure.ofActiveOrAll(IdentifyCommand::zeroes, data -> {})
                            .ofNvmCommandSet()),
            Map.entry(IdentifyCns.COMMAND_SET_CONTROLLER, ofNvm(IdentifyData::nvmController)),
            Map.entry(IdentifyCns.COMMAND_SET_ACTIVE_NAMESPACES, ACTIVE_NAMESPACES.ofNvmCommandSet()),
            Map.entry(
                    IdentifyCns.NAMESPACE_INDEPENDENT,
                    IdentifyStructure.ofActive(IdentifyNamespaceIndependentData::write)),
            Map.entry(IdentifyCns.NAMESPACE_USER_DATA_FORMAT, IdentifyCommand::userDataFormat),
            Map.entry(
                    IdentifyCns.COMMAND_SET_NAMESPACE_USER_DATA_FORMAT,
                    ofNvm(IdentifyCommand::commandSetUserDataFormat)),
            Map.entry(IdentifyCns.ALLOCATED_NAMESPACES, ALLOCATED_NAMESPACES),
            Map.entry(IdentifyCns.ALLOCATED_NAMESPACE, IdentifyStructure.ofAllocated(IdentifyNamespaceData::write)),
            Map.entry(IdentifyCns.NAMESPACE_ATTACHED_CONTROLLERS, IdentifyLists::controllersWithNamespace),
            Map.entry(
                    IdentifyCns.CONTROLLERS,
                    (data, request, controller) -> IdentifyLists.controllers(
                            data, request, controller.subsystem().controllers())),
            Map.entry(IdentifyCns.COMMAND_SET_ALLOCATED_NAMESPACES, ALLOCATED_NAMESPACES.ofNvmCommandSet()),
            Map.entry(
                    IdentifyCns.COMMAND_SET_ALLOCATED_NAMESPACE,
                    IdentifyStructure.ofAllocated(IdentifyCommand::zeroes).ofNvmCommandSet()),
            Map.entry(IdentifyCns.IO_COMMAND_SETS, IdentifyCommand::ioCommandSets),
            Map.entry(
                    IdentifyCns.ALLOCATED_NAMESPACE_INDEPENDENT,
                    IdentifyStructure.ofAllocated(IdentifyNamespaceIndependentData::write)));

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        @Nullable IdentifyStructure structure = STRUCTURES.get(AdminCommand.cns(request.cdw10()));
        if (structure == null) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        MemorySegment data = controller.scratchPage();
        int status = structure.fill(data, request, controller);
        return status == CommandStatus.SUCCESS ? request.toHost(data, IdentifyCns.LENGTH_BYTES) : status;
    }

    private static IdentifyStructure ofNvm(IdentifyStructure structure) {
        return structure.ofNvmCommandSet();
    }

    private static int controller(MemorySegment data, AdminRequest request, AdminContext controller) {
        IdentifyData.controller(data, controller);
        return CommandStatus.SUCCESS;
    }

    private static int descriptors(MemorySegment data, AdminRequest request, AdminContext controller) {
        Namespace named = controller.namespace(request.namespaceId());
        if (named == null) {
            return NamespaceIdentifier.refused(request.namespaceId());
        }
        NamespaceDescriptorData.write(data, named.identity());
        return CommandStatus.SUCCESS;
    }

    /** A list without entries, or a structure that says nothing of what its fields are for. */
    private static int zeroes(MemorySegment data, AdminRequest request, AdminContext controller) {
        return CommandStatus.SUCCESS;
    }

    private static void zeroes(MemorySegment data, Namespace namespace) {}

    private static int userDataFormat(MemorySegment data, AdminRequest request, AdminContext controller) {
        int status = commandSetUserDataFormat(data, request, controller);
        if (status == CommandStatus.SUCCESS) {
            IdentifyNamespaceData.ofFormat(data, AdminCommand.cnsSpecificId(request.cdw11()));
        }
        return status;
    }

    /** Zeroes: what the structure has fields for comes of protection information. */
    private static int commandSetUserDataFormat(MemorySegment data, AdminRequest request, AdminContext controller) {
        return AdminCommand.cnsSpecificId(request.cdw11()) < NamespaceFormat.count()
                ? CommandStatus.SUCCESS
                : CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
    }

    /** Of this controller or another one of the subsystem, which all have the same. */
    private static int ioCommandSets(MemorySegment data, AdminRequest request, AdminContext controller) {
        int controllerId = AdminCommand.cntid(request.cdw10());
        if (controllerId != IdentifyCns.CNTID_THIS
                && !controller.subsystem().controllers().contains(controllerId)) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, CNTID_BYTE);
        }
        LittleEndian.putU64(data, 0, IoCommandSets.NVM);
        return CommandStatus.SUCCESS;
    }
}
