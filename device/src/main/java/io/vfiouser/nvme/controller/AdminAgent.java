package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the commands of the admin queue and delivers asynchronous events. An agent of the control thread. One command after the
 * other: one that has to wait for the pollers holds up the next.
 */
public final class AdminAgent {
    private static final Logger LOG = LoggerFactory.getLogger(AdminAgent.class);
    private static final int PAGE_BYTES = 4096;
    private static final long MILLIS_PER_HOUR = 3_600_000;

    private final SharedState shared;
    private final PollerGroup group;
    private final IoQueues ioQueues;
    private final ControllerOptions options;
    private final Registers registers;
    private final FlushAll flushAll;
    private final LongSupplier clockMillis;
    private final long startMillis;
    private final AdminRequest request;
    private final Features features = new Features();
    private final Health health = new Health();
    private final AsynchronousEvents events = new AsynchronousEvents();
    private final ConcurrentLinkedQueue<Integer> resized = new ConcurrentLinkedQueue<>();
    private final Set<Integer> changedNamespaces = new TreeSet<>();
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[PAGE_BYTES]);
    private @Nullable SubmissionQueue submissions;
    private @Nullable DeferredCommand deferred;
    private boolean batch;

    AdminAgent(
            SharedState shared,
            PollerGroup group,
            IoQueues ioQueues,
            ControllerOptions options,
            Registers registers,
            FlushAll flushAll,
            LongSupplier clockMillis) {
        this.shared = shared;
        this.group = group;
        this.ioQueues = ioQueues;
        this.options = options;
        this.registers = registers;
        this.flushAll = flushAll;
        this.clockMillis = clockMillis;
        this.startMillis = clockMillis.getAsLong();
        this.request = new AdminRequest(shared);
        health.poweredOn();
        reset();
    }

    // ---- the queue ----

    /** Takes the admin queue on. Returns whether its memory is there. */
    boolean open(long submissionBase, int submissionEntries, long completionBase, int completionEntries) {
        CompletionQueue cq = new CompletionQueue(0, completionEntries, completionBase, true, 0);
        SubmissionQueue sq = new SubmissionQueue(0, submissionEntries, submissionBase, cq);
        RegionTable table = memory();
        if (!cq.ring().map(table) || !sq.ring().map(table)) {
            return false;
        }
        submissions = sq;
        return true;
    }

    /** Gives the admin queue up at once; what was outstanding gets no completion. */
    void close() {
        submissions = null;
        deferred = null;
        batch = false;
    }

    /** Brings everything but registers and queues back to where it is after power-on. */
    void reset() {
        features.reset();
        features.timestamp(0, nowMillis(), false);
        events.clear();
        changedNamespaces.clear();
    }

    /** Finds the memory of the admin queue anew. */
    void map(RegionTable table) {
        SubmissionQueue sq = submissions;
        if (sq != null) {
            sq.ring().map(table);
            sq.completionQueue().ring().map(table);
        }
    }

    /** Whether a command was begun and has not ended. */
    boolean busy() {
        return deferred != null;
    }

    /** One pass. Returns how much was done. */
    int doWork() {
        SubmissionQueue sq = submissions;
        if (sq == null || !sq.ring().mapped() || !sq.completionQueue().ring().mapped()) {
            return 0;
        }
        int work = deferred == null ? fetch(sq) : advance(sq);
        work += deliverEvents(sq);
        endBatch(sq);
        return work;
    }

    /** Goes on with the command that was begun, and begins none. Returns how much was done. */
    int finishDeferred() {
        SubmissionQueue sq = submissions;
        if (sq == null || deferred == null) {
            return 0;
        }
        int work = advance(sq);
        endBatch(sq);
        return work;
    }

    private void endBatch(SubmissionQueue sq) {
        if (batch) {
            batch = false;
            sq.completionQueue().endBatch(shared.interrupts);
        }
    }

    private int fetch(SubmissionQueue sq) {
        if (sq.pollTail(shared.doorbells)) {
            shared.invalidDoorbellValue("submission", 0, shared.doorbells.submissionTail(0));
        }
        int count = 0;
        while (deferred == null && submissions != null && sq.available() > 0 && room(sq.completionQueue())) {
            request.load(sq.ring().segment(), sq.take());
            sq.completionQueue().reserve();
            count++;
            int status = execute();
            if (status != CommandStatus.PENDING) {
                finish(sq, status);
            } else if (deferred == null) {
                // It waits without holding room: an Asynchronous Event Request.
                sq.completionQueue().unreserve();
            }
        }
        return count;
    }

    private int execute() {
        if ((request.cdw0() & SubmissionEntry.FUSE_AND_PSDT) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW0 + 1);
        }
        try {
            return AdminCommands.handler(request.opcode()).execute(request, this);
        } catch (RuntimeException e) {
            LOG.error("{} failed in a way that is a fault of this program", AdminOpcode.describe(request.opcode()), e);
            return CommandStatus.of(StatusCode.INTERNAL_ERROR);
        }
    }

    private int advance(SubmissionQueue sq) {
        DeferredCommand command = deferred;
        if (command == null) {
            return 0;
        }
        int status = command.advance();
        if (status == CommandStatus.PENDING) {
            return 0;
        }
        deferred = null;
        finish(sq, status);
        return 1;
    }

    private void finish(SubmissionQueue sq, int status) {
        int field = StatusCode.SUCCESS.field();
        if (status != CommandStatus.SUCCESS) {
            field = shared.commandFailed(
                    AdminOpcode.describe(request.opcode()),
                    0,
                    request.commandId(),
                    request.namespaceId(),
                    request.opcode(),
                    status,
                    0);
        }
        sq.completionQueue().post(sq, request.commandId(), field, request.result());
        batch = true;
    }

    private int deliverEvents(SubmissionQueue sq) {
        collectEvents();
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
            raise(AsynchronousEvent.INVALID_DOORBELL_VALUE);
        }
        if (shared.takeInvalidDoorbell(AsynchronousEvent.INVALID_DOORBELL_REGISTER)) {
            raise(AsynchronousEvent.INVALID_DOORBELL_REGISTER);
        }
        Integer nsid = resized.poll();
        while (nsid != null) {
            changedNamespaces.add(nsid);
            raise(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
            nsid = resized.poll();
        }
    }

    private boolean room(CompletionQueue cq) {
        if (cq.room() > 0) {
            return true;
        }
        if (cq.pollHead(shared.doorbells)) {
            shared.invalidDoorbellValue("completion", 0, shared.doorbells.completionHead(0));
        }
        return cq.room() > 0;
    }

    // ---- for the handlers of commands ----

    /**
     * Finishes the present command later.
     *
     * @return {@link CommandStatus#PENDING}
     */
    int defer(DeferredCommand rest) {
        deferred = rest;
        return CommandStatus.PENDING;
    }

    /** Does something while the pollers stand still, then lets them run again. Returns {@link CommandStatus#PENDING}. */
    int whenStill(PauseLevel level, IntSupplier action) {
        group.request(PollerGroup.Reason.ADMIN, level);
        return defer(() -> {
            if (!group.reached(level)) {
                return CommandStatus.PENDING;
            }
            int status = action.getAsInt();
            group.release(PollerGroup.Reason.ADMIN);
            return status;
        });
    }

    /** Switches the volatile write cache: off means that each write from now on, and all before, are durable. */
    int writeCache(boolean on) {
        return whenStill(PauseLevel.DRAIN, () -> {
            features.value(FeatureId.VOLATILE_WRITE_CACHE, on ? 1 : 0);
            shared.durableWrites = !on;
            if (on) {
                return CommandStatus.SUCCESS;
            }
            flushAll.start();
            return defer(() -> {
                if (!flushAll.poll()) {
                    return CommandStatus.PENDING;
                }
                return flushAll.failed() ? CommandStatus.of(StatusCode.INTERNAL_ERROR) : CommandStatus.SUCCESS;
            });
        });
    }

    /** Queues an event if the host wants to hear of it. */
    void raise(AsynchronousEvent event) {
        if (features.enabled(event)) {
            events.raise(event);
        }
    }

    /** The host has read a log page without retaining its events. */
    void logPageRead(int logPage) {
        events.logPageRead(logPage);
        if (logPage == LogPageId.CHANGED_NAMESPACES) {
            changedNamespaces.clear();
        }
    }

    /** A namespace has another size. Any thread. */
    void namespaceResized(int nsid) {
        resized.add(nsid);
    }

    AsynchronousEvents events() {
        return events;
    }

    IoQueues ioQueues() {
        return ioQueues;
    }

    ControllerOptions options() {
        return options;
    }

    Features features() {
        return features;
    }

    Health health() {
        return health;
    }

    ErrorLog errorLog() {
        return shared.errorLog;
    }

    DoorbellPage doorbells() {
        return shared.doorbells;
    }

    RegionTable memory() {
        return shared.memory.table();
    }

    List<Namespace> namespaces() {
        return shared.namespaces;
    }

    List<QueuePoller> pollers() {
        return group.pollers();
    }

    Set<Integer> changedNamespaces() {
        return changedNamespaces;
    }

    /** The namespace with this NSID, or null. */
    @Nullable
    Namespace namespace(int nsid) {
        int index = nsid - 1;
        return index >= 0 && index < shared.namespaces.size() ? shared.namespaces.get(index) : null;
    }

    boolean hasVolatileCache() {
        return shared.namespaces.stream().anyMatch(Namespace::hasVolatileCache);
    }

    /** CC. */
    int configuration() {
        return registers.configuration();
    }

    /** The bits of an address that lie within a memory page. */
    long pageMask() {
        return (1L << shared.pageShift) - 1;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    long powerOnHours() {
        return (nowMillis() - startMillis) / MILLIS_PER_HOUR;
    }

    /** By what log messages name the controller. */
    String name() {
        return options.serial();
    }

    /** A page of zeroes to fill; the one of the call before is overwritten. */
    MemorySegment scratchPage() {
        return scratch.fill((byte) 0);
    }
}
