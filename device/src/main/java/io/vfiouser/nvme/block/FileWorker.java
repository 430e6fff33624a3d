package io.vfiouser.nvme.block;

import io.vfiouser.nvme.block.FileTransfer.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that executes the requests of a file device, whichever channel they came by. */
final class FileWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWorker.class);

    private final FileSession session;

    FileWorker(FileSession session) {
        this.session = session;
    }

    @Override
    public void run() {
        try (FileTransfer transfer = new FileTransfer(session)) {
            FileTask task;
            while ((task = session.next()) != null) {
                execute(task, transfer);
            }
        }
    }

    private void execute(FileTask task, FileTransfer transfer) {
        if (!task.start()) {
            session.leave();
            return;
        }
        Outcome outcome;
        try {
            outcome = transfer.execute(task);
        } catch (RuntimeException | Error e) {
            // Whatever it is, the request must end and the thread must live.
            LOG.error("{}: {} failed", session.file, task.request, e);
            outcome = new Outcome(BlockStatus.INTERNAL_ERROR, BlockRequest.UNKNOWN_BLOCK);
        }
        if (task.request.operation().changesMedium()) {
            session.changed();
        }
        task.done(outcome.status(), outcome.failedBlock());
        // The channel has the task as soon as it is queued there: nothing of it may be used afterwards.
        FileBlockChannel channel = task.channel;
        channel.ended(task);
        session.leave();
        channel.wakeUp();
    }
}
