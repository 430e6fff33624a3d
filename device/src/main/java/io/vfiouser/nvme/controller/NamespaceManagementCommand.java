package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.InsufficientCapacityException;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Namespace Management. Base 2.1, section 5.1.21; NVM Command Set 1.1, section 4.1.6. Namespaces are made in the subsystem's pool and
 * attached to nobody. Only such can be deleted, not those the subsystem was given by whoever runs it.
 */
final class NamespaceManagementCommand implements AdminCommandHandler {
    private static final int CSI_BYTE = SubmissionEntry.CDW11 + 3;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        return switch (AdminCommand.select(request.cdw10())) {
            case AdminCommand.SELECT_CREATE -> create(request, controller);
            case AdminCommand.SELECT_DELETE -> delete(request, controller);
            default -> CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        };
    }

    private static int create(AdminRequest request, AdminContext controller) {
        if (AdminCommand.csi(request.cdw11()) != IdentifyCns.CSI_NVM) {
            return CommandStatus.of(StatusCode.IO_COMMAND_SET_NOT_SUPPORTED, CSI_BYTE);
        }
        if (request.namespaceId() != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.NSID);
        }
        MemorySegment page = controller.scratchPage();
        int copied = request.fromHost(page);
        if (copied != CommandStatus.SUCCESS) {
            return copied;
        }
        NamespaceManagementData wanted = NamespaceManagementData.read(page, 0);
        StatusCode refused = check(wanted);
        if (refused != StatusCode.SUCCESS) {
            return CommandStatus.of(refused, SubmissionEntry.PRP1);
        }
        NvmSubsystem subsystem = controller.subsystem();
        int shift = Integer.numberOfTrailingZeros(NamespaceFormat.blockBytes(wanted.formatIndex()));
        if (Long.compareUnsigned(wanted.sizeBlocks(), subsystem.unallocatedBytes() >>> shift) > 0) {
            return CommandStatus.of(StatusCode.NAMESPACE_INSUFFICIENT_CAPACITY, SubmissionEntry.PRP1);
        }
        boolean shared = (wanted.sharing() & IdentifyNamespace.NMIC_SHARED) != 0;
        Optional<CompletableFuture<Namespace>> created =
                subsystem.create(wanted.sizeBlocks() << shift, wanted.formatIndex(), shared);
        if (created.isEmpty()) {
            return CommandStatus.of(StatusCode.NAMESPACE_IDENTIFIER_UNAVAILABLE);
        }
        CompletableFuture<Namespace> namespace = created.get();
        return controller.inBackground(AdminContext.after(namespace, failure -> {
            if (failure == null) {
                request.result(namespace.resultNow().id());
                return CommandStatus.SUCCESS;
            }
            return failure instanceof InsufficientCapacityException
                    ? CommandStatus.of(StatusCode.NAMESPACE_INSUFFICIENT_CAPACITY, SubmissionEntry.PRP1)
                    : CommandStatus.of(StatusCode.INTERNAL_ERROR);
        }));
    }

    /** What can be decided without a look at the pool. */
    private static StatusCode check(NamespaceManagementData wanted) {
        boolean extended = (wanted.formattedLbaSize() & IdentifyNamespace.FLBAS_EXTENDED_METADATA) != 0;
        if (wanted.formatIndex() >= NamespaceFormat.count() || extended || wanted.dataProtection() != 0) {
            return StatusCode.INVALID_FORMAT;
        }
        boolean otherSharing = (wanted.sharing() & ~IdentifyNamespace.NMIC_SHARED) != 0;
        boolean groups = wanted.anaGroupId() != 0 || wanted.nvmSetId() != 0 || wanted.enduranceGroupId() != 0;
        if (otherSharing || groups || wanted.placementHandles() != 0 || wanted.sizeBlocks() == 0) {
            return StatusCode.INVALID_FIELD;
        }
        int capacity = Long.compareUnsigned(wanted.capacityBlocks(), wanted.sizeBlocks());
        if (capacity > 0) {
            return StatusCode.INVALID_FIELD;
        }
        return capacity < 0 ? StatusCode.THIN_PROVISIONING_NOT_SUPPORTED : StatusCode.SUCCESS;
    }

    private static int delete(AdminRequest request, AdminContext controller) {
        NvmSubsystem subsystem = controller.subsystem();
        int nsid = request.namespaceId();
        List<Namespace> chosen;
        if (nsid == SubmissionEntry.NSID_ALL) {
            chosen = subsystem.namespaces().stream().filter(Namespace::fromPool).toList();
        } else {
            Optional<Namespace> named = subsystem.namespace(nsid);
            if (named.isEmpty()) {
                return NamespaceIdentifier.refused(nsid);
            }
            if (!named.get().fromPool()) {
                return CommandStatus.of(StatusCode.OPERATION_DENIED, SubmissionEntry.NSID);
            }
            chosen = List.of(named.get());
        }
        if (!chosen.stream().allMatch(Namespace::ready)) {
            return CommandStatus.of(StatusCode.FORMAT_IN_PROGRESS, SubmissionEntry.NSID);
        }
        CompletableFuture<?>[] all =
                chosen.stream().map(subsystem::deleteCreated).toArray(CompletableFuture[]::new);
        return controller.inBackground(
                AdminContext.after(CompletableFuture.allOf(all), failure -> deleted(failure, nsid)));
    }

    private static int deleted(@Nullable Throwable failure, int nsid) {
        if (failure == null) {
            return CommandStatus.SUCCESS;
        }
        // Another controller was faster.
        return failure instanceof IllegalStateException && nsid != SubmissionEntry.NSID_ALL
                ? NamespaceIdentifier.refused(nsid)
                : CommandStatus.of(StatusCode.INTERNAL_ERROR);
    }
}
