package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** Create I/O Completion Queue. Base 2.1, section 5.2.1. Memory that is not mapped is an Invalid Field. */
final class CreateIoCompletionQueueCommand implements AdminCommandHandler {
    private static final int ENTRY_SHIFT = 4;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int queueId = request.cdw10() & 0xFFFF;
        int entries = (request.cdw10() >>> 16) + 1;
        int flags = request.cdw11();
        int vector = flags >>> 16;
        boolean interrupts = (flags & AdminCommand.QUEUE_INTERRUPTS) != 0;
        IoQueues queues = controller.ioQueues();
        if (!queues.possible(queueId) || queues.completionQueue(queueId) != null) {
            return CommandStatus.of(StatusCode.INVALID_QUEUE_IDENTIFIER, SubmissionEntry.CDW10);
        }
        int entryShift = ControllerConfiguration.completionEntryShift(controller.configuration());
        if (entries < 2 || entries > controller.options().queueEntries() || entryShift != ENTRY_SHIFT) {
            return CommandStatus.of(StatusCode.INVALID_QUEUE_SIZE, SubmissionEntry.CDW10 + 2);
        }
        if ((flags & AdminCommand.QUEUE_CONTIGUOUS) == 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
        }
        if (interrupts && vector >= controller.options().interruptVectors()) {
            return CommandStatus.of(StatusCode.INVALID_INTERRUPT_VECTOR, SubmissionEntry.CDW11 + 2);
        }
        if ((request.prp1() & controller.pageMask()) != 0) {
            return CommandStatus.of(StatusCode.PRP_OFFSET_INVALID, SubmissionEntry.PRP1);
        }
        CompletionQueue queue = new CompletionQueue(queueId, entries, request.prp1(), interrupts, vector);
        if (!queue.ring().map(controller.memory())) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.PRP1);
        }
        return controller.whenStill(PauseLevel.HOLD, () -> {
            // Memory may have changed until everybody stood still; a queue without memory waits for it.
            queue.ring().map(controller.memory());
            controller.doorbells().putCompletionHead(queueId, 0);
            queues.add(queue);
            return CommandStatus.SUCCESS;
        });
    }
}
