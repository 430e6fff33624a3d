package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the commands of the admin queue and delivers asynchronous events. An agent of the control thread. One command after the
 * other: one that {@linkplain AdminContext#defer defers} its rest holds up the next, one that goes on {@linkplain
 * AdminContext#inBackground in the background} does not.
 */
public final class AdminAgent {
    private static final Logger LOG = LoggerFactory.getLogger(AdminAgent.class);

    /** A command that was begun and has not ended, with a request object of its own. */
    private record Begun(AdminRequest request, DeferredCommand rest) {}

    private final SharedState shared;
    private final AdminContext context;
    private final List<Begun> background = new ArrayList<>();
    /** Background commands whose host has reset the controller: they end without a completion. */
    private final List<DeferredCommand> orphans = new ArrayList<>();

    private AdminRequest request;
    private @Nullable SubmissionQueue submissions;
    private @Nullable Begun deferred;
    private boolean batch;

    AdminAgent(SharedState shared, AdminContext context) {
        this.shared = shared;
        this.context = context;
        this.request = new AdminRequest(shared);
    }

    /** Takes the admin queue on. Returns whether its memory is there. */
    boolean open(long submissionBase, int submissionEntries, long completionBase, int completionEntries) {
        CompletionQueue cq = new CompletionQueue(0, completionEntries, completionBase, true, 0);
        SubmissionQueue sq = new SubmissionQueue(0, submissionEntries, submissionBase, cq);
        RegionTable table = context.memory();
        if (!cq.ring().map(table) || !sq.ring().map(table)) {
            return false;
        }
        submissions = sq;
        context.adminQueue(sq);
        return true;
    }

    /** Gives the admin queue up at once; what was outstanding gets no completion. */
    void close() {
        submissions = null;
        context.adminQueue(null);
        deferred = null;
        for (Begun begun : background) {
            orphans.add(begun.rest());
        }
        background.clear();
        batch = false;
    }

    /** Takes the admin queue of another controller on. Its memory is still to be found. */
    void restore(SubmissionQueue queue) {
        submissions = queue;
        context.adminQueue(queue);
    }

    /** The admin queue, if the host has set it up. */
    Optional<SubmissionQueue> queue() {
        return Optional.ofNullable(submissions);
    }

    /** Whether the host writes its doorbells elsewhere than in the registers. */
    boolean followsShadowDoorbells() {
        SubmissionQueue sq = submissions;
        return sq != null && sq.followsShadow();
    }

    /** Takes the doorbells over without writing into guest memory. */
    void readDoorbells() {
        SubmissionQueue sq = submissions;
        if (sq != null) {
            if (sq.readTail(shared.doorbells)) {
                shared.invalidDoorbellValue("submission", 0, sq.refusedTail());
            }
            if (sq.completionQueue().readHead(shared.doorbells)) {
                shared.invalidDoorbellValue(
                        "completion", 0, sq.completionQueue().refusedHead());
            }
        }
    }

    /** Finds the memory of the admin queue anew. */
    void map(RegionTable table) {
        SubmissionQueue sq = submissions;
        if (sq != null) {
            sq.completionQueue().ring().map(table);
            sq.ring().map(table);
        }
    }

    /** Whether a command was begun and has not ended. */
    boolean busy() {
        return deferred != null || !background.isEmpty() || !orphans.isEmpty();
    }

    /** Whether a command was begun that ends soon, as all but those do that change namespaces in the background. */
    boolean holdsUp() {
        return deferred != null || context.aborts().any();
    }

    /** One pass. Returns how much was done. */
    int doWork() {
        SubmissionQueue sq = submissions;
        if (sq == null || !sq.ring().mapped() || !sq.completionQueue().ring().mapped()) {
            return 0;
        }
        int work = deferred == null ? fetch(sq) : advance(sq);
        work += advanceBackground(sq);
        work += deliverEvents(sq);
        endBatch(sq);
        return work;
    }

    /** Goes on with the commands that were begun, and begins none. Returns how much was done. */
    int finishBegun() {
        SubmissionQueue sq = submissions;
        if (sq == null || !busy()) {
            return 0;
        }
        int work = advance(sq) + advanceBackground(sq);
        endBatch(sq);
        return work;
    }

    /** Reports a last event before the controller stops, if a request waits for one. */
    void reportFailure() {
        SubmissionQueue sq = submissions;
        if (sq != null && sq.ring().mapped() && sq.completionQueue().ring().mapped()) {
            context.raise(AsynchronousEvent.PERSISTENT_INTERNAL_ERROR);
            var ignored = deliverEvents(sq);
            endBatch(sq);
        }
    }

    /** Goes on with what a host left behind that has reset the controller since. Returns how much was done. */
    int advanceOrphans() {
        if (orphans.isEmpty()) {
            return 0;
        }
        int before = orphans.size();
        orphans.removeIf(rest -> advance(rest) != CommandStatus.PENDING);
        return before - orphans.size();
    }

    private void endBatch(SubmissionQueue sq) {
        if (batch) {
            batch = false;
            sq.completionQueue().endBatch(shared.interrupts);
        }
    }

    private int fetch(SubmissionQueue sq) {
        pollTail(sq);
        if (sq.available() == 0 && sq.arm()) {
            VarHandle.fullFence();
            pollTail(sq);
        }
        int count = 0;
        while (deferred == null && submissions != null && sq.available() > 0 && room(sq.completionQueue())) {
            request.load(sq.ring().segment(), sq.take());
            sq.completionQueue().reserve();
            count++;
            int status = execute();
            if (status != CommandStatus.PENDING) {
                finish(sq, request, status);
            } else if (!keepsRoom()) {
                // It waits without holding room: an Asynchronous Event Request.
                sq.completionQueue().unreserve();
            }
        }
        return count;
    }

    private void pollTail(SubmissionQueue sq) {
        if (sq.pollTail(shared.doorbells)) {
            shared.invalidDoorbellValue("submission", 0, sq.refusedTail());
        }
    }

    private int execute() {
        if ((request.cdw0() & SubmissionEntry.FUSE) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.FLAGS_BYTE, SubmissionEntry.FUSE_BIT);
        }
        if ((request.cdw0() & SubmissionEntry.PSDT) != 0) {
            // Over PCIe admin commands use PRPs: Base 2.1, section 4.1.1.
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.FLAGS_BYTE, SubmissionEntry.PSDT_BIT);
        }
        try {
            return AdminCommands.handler(request.opcode(), context).execute(request, context);
        } catch (RuntimeException e) {
            LOG.error("{} failed in a way that is a fault of this program", AdminOpcode.describe(request.opcode()), e);
            return CommandStatus.of(StatusCode.INTERNAL_ERROR);
        }
    }

    /** Takes over what the handler left to be done later, if anything. */
    private boolean keepsRoom() {
        DeferredCommand rest = context.takeDeferred();
        if (rest != null) {
            deferred = new Begun(request, rest);
            request = new AdminRequest(shared);
            return true;
        }
        rest = context.takeBackground();
        if (rest != null) {
            background.add(new Begun(request, rest));
            request = new AdminRequest(shared);
            return true;
        }
        return false;
    }

    private int advance(SubmissionQueue sq) {
        Begun command = deferred;
        if (command == null) {
            return 0;
        }
        int status = advance(command.rest());
        if (status == CommandStatus.PENDING) {
            DeferredCommand next = context.takeDeferred();
            if (next != null) {
                deferred = new Begun(command.request(), next);
            }
            return 0;
        }
        deferred = null;
        finish(sq, command.request(), status);
        return 1;
    }

    private int advanceBackground(SubmissionQueue sq) {
        int count = 0;
        for (int i = background.size() - 1; i >= 0; i--) {
            Begun command = background.get(i);
            int status = advance(command.rest());
            if (status != CommandStatus.PENDING) {
                background.remove(i);
                finish(sq, command.request(), status);
                count++;
            }
        }
        return count;
    }

    private static int advance(DeferredCommand command) {
        try {
            return command.advance();
        } catch (RuntimeException e) {
            LOG.error("an admin command failed in a way that is a fault of this program", e);
            return CommandStatus.of(StatusCode.INTERNAL_ERROR);
        }
    }

    private void finish(SubmissionQueue sq, AdminRequest ended, int status) {
        int field = StatusCode.SUCCESS.field();
        if (status != CommandStatus.SUCCESS) {
            field = shared.commandFailed(
                    AdminOpcode.describe(ended.opcode()),
                    0,
                    ended.commandId(),
                    ended.namespaceId(),
                    ended.opcode(),
                    status,
                    0);
        }
        sq.completionQueue().post(sq, ended.commandId(), field, ended.result());
        batch = true;
    }

    private int deliverEvents(SubmissionQueue sq) {
        collectEvents();
        AsynchronousEvents events = context.events();
        int count = 0;
        while (events.pending() && room(sq.completionQueue())) {
            AsynchronousEvents.Completion event = events.next();
            sq.completionQueue().reserve();
            sq.completionQueue().post(sq, event.commandId(), event.statusField(), event.dw0());
            batch = true;
            count++;
        }
        return count;
    }

    private void collectEvents() {
        if (shared.takeInvalidDoorbell(AsynchronousEvent.INVALID_DOORBELL_VALUE)) {
            context.raise(AsynchronousEvent.INVALID_DOORBELL_VALUE);
        }
        if (shared.takeInvalidDoorbell(AsynchronousEvent.INVALID_DOORBELL_REGISTER)) {
            context.raise(AsynchronousEvent.INVALID_DOORBELL_REGISTER);
        }
        context.collectFaults();
        context.collectChangedNamespaces();
    }

    private boolean room(CompletionQueue cq) {
        if (cq.room() > 0) {
            return true;
        }
        pollHead(cq);
        if (cq.arm()) {
            VarHandle.fullFence();
            pollHead(cq);
        }
        return cq.room() > 0;
    }

    private void pollHead(CompletionQueue cq) {
        if (cq.pollHead(shared.doorbells)) {
            shared.invalidDoorbellValue("completion", 0, cq.refusedHead());
        }
    }
}
