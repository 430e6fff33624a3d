package io.vfiouser.nvme.block;

import io.vfiouser.nvme.block.FileTransfer.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that executes the requests of a file device, whichever channel and session they came by. */
final class FileWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWorker.class);

    private final FileWorkers workers;
    private @Nullable FileTransfer transfer;

    FileWorker(FileWorkers workers) {
        this.workers = workers;
    }

    @Override
    public void run() {
        try {
            FileTask task;
            while ((task = workers.next()) != null) {
                execute(task, task.session());
            }
        } finally {
            use(null);
        }
    }

    private void execute(FileTask task, FileSession session) {
        if (!task.start()) {
            session.leave();
            return;
        }
        Outcome outcome;
        try {
            outcome = transferOf(session).execute(task);
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

    private FileTransfer transferOf(FileSession session) {
        FileTransfer present = transfer;
        if (present == null || !present.isOf(session)) {
            present = new FileTransfer(session);
            use(present);
        }
        return present;
    }

    private void use(@Nullable FileTransfer next) {
        FileTransfer before = transfer;
        transfer = next;
        if (before != null) {
            before.close();
        }
    }
}
