package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Doorbell Buffer Config. Base 2.1, section 5.2.5. It holds for all queues, those that are created later as well, until the next
 * reset. Memory that is not mapped, or not for the device to read the one and write the other page, is an Invalid Field.
 */
final class DoorbellBufferConfigCommand implements AdminCommandHandler {
    @Override
    public boolean supported(AdminContext controller) {
        return controller.options().shadowDoorbells();
    }

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        long shadow = request.prp1();
        long events = request.prp2();
        if ((shadow & controller.pageMask()) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.PRP1);
        }
        if ((events & controller.pageMask()) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.PRP2);
        }
        DoorbellBuffers buffers = new DoorbellBuffers(controller.doorbells(), shadow, events);
        if (!buffers.map(controller.memory())) {
            return refused(buffers);
        }
        return controller.whenStill(PauseLevel.HOLD, () -> {
            // Memory may have changed until everybody stood still.
            if (!buffers.map(controller.memory())) {
                return refused(buffers);
            }
            controller.follow(buffers);
            return CommandStatus.SUCCESS;
        });
    }

    private static int refused(DoorbellBuffers buffers) {
        return CommandStatus.of(
                StatusCode.INVALID_FIELD, buffers.shadowMapped() ? SubmissionEntry.PRP2 : SubmissionEntry.PRP1);
    }
}
