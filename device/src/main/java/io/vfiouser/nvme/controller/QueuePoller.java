package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.CancelPromise;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.memory.DataPointer;
import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestBuffer;
import io.vfiouser.nvme.memory.PrpWalk;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.os.MemoryFaults;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the I/O commands of the queues that are assigned to it. An agent: one thread calls {@link #doWork} again and again;
 * everything that is not said to be for the control thread belongs to that thread.
 *
 * <p>Per command nothing is allocated, no lock is taken and the library is not called. The interrupts of all that a pass completed are
 * raised once at its end.
 */
public final class QueuePoller {
    private static final Logger LOG = LoggerFactory.getLogger(QueuePoller.class);

    private final SharedState shared;
    private final StandStill standStill = new StandStill();
    private final Quiescence quiescence = new Quiescence(standStill);
    private final DataPointer dataPointers = new DataPointer();
    /** By NSID. */
    private final @Nullable NamespaceChannel[] namespaces = new NamespaceChannel[NvmSubsystem.MAXIMUM_NAMESPACES + 1];

    private final IoCounters counters = new IoCounters();
    private final CommandSlots slots = new CommandSlots(this);
    private final WithheldInterrupts withheld;
    private final Comparisons comparisons = new Comparisons();
    private final FusedCommands fused = new FusedCommands(this);
    private final HeldCommands held = new HeldCommands();
    private final PollerLoad load = new PollerLoad();
    private final QueueScan scan;
    private final UpcomingCommands upcoming = new UpcomingCommands(this);
    private SubmissionQueue[] queues = {};
    /** Those whose commands go on, but of which no others are fetched. */
    private SubmissionQueue[] parked = {};

    private CompletionQueue[] batches = {};
    /** Those of all namespaces, in the order of their identifiers. */
    private NamespaceChannel[] attached = {};

    /** What to do when a doorbell of the admin queue was written; null if others look at those. */
    private @Nullable Runnable onAdminDoorbell;

    private long adminDoorbells;
    private int batchCount;
    private int outstanding;
    private int firstQueue;
    /** The last pass found nothing to do. */
    private boolean calm;

    private RegionTable table = RegionTable.EMPTY;
    private boolean discarding;
    /** Commands that would go on with a next step are held instead. */
    private boolean holding;
    /** The host is gone whose commands these are. */
    private boolean abandoned;

    private volatile boolean faulted;
    /** A gate's guard has something to say. */
    private volatile boolean gateNews;
    /** A gate waits for requests of this poller to end. */
    private boolean gatesUnsettled;
    /** The guards do not wait for this poller: it is drained, or has not begun. */
    private boolean away = true;

    QueuePoller(SharedState shared) {
        this.shared = shared;
        this.withheld = new WithheldInterrupts(shared);
        this.scan = new QueueScan(shared.doorbells);
    }

    // ---- the poller's thread ----

    /**
     * One pass over all queues.
     *
     * @return how much was done; 0 if there was nothing to do
     */
    public int doWork() {
        int ticket = standStill.ticket();
        if (!StandStill.runs(ticket)) {
            scan.lookAtAll();
            return stop(ticket);
        }
        if (faulted) {
            withheld.raiseAll();
            return 0;
        }
        try {
            if (away) {
                comeBack();
            }
            int work = pass();
            if (work > 0) {
                // Here, where it is known whose memory it was: past this block it could end the thread.
                MemoryFaults.deliver();
            }
            return work;
        } catch (InternalError e) {
            memoryFault(e);
            return 1;
        } catch (RuntimeException e) {
            passFailed(e);
            return 1;
        }
    }

    /**
     * To be called with an {@link InternalError} that surfaced outside {@link #doWork}: memory that a guest takes away is
     * noticed late. No queue is touched until the controller is reset.
     */
    public void memoryFault(InternalError error) {
        outstanding = slots.outstanding();
        faulted = true;
        LOG.error("guest memory went away while its queues were served", error);
    }

    /** Whatever state this left behind, only a reset is sure to mend it. */
    void passFailed(Throwable e) {
        outstanding = slots.outstanding();
        if (!faulted) {
            // Once: what fails while it drains fails again at the next attempt.
            LOG.error("a pass over the queues failed in a way that is a fault of this program", e);
        }
        faulted = true;
    }

    /** Whether there is nothing to poll, so that only {@link StandStill#wakeUp} can bring work. */
    boolean quiet() {
        int ticket = standStill.ticket();
        if (StandStill.level(ticket).takesBack() && standStill.acknowledged(ticket)) {
            return true;
        }
        return outstanding == 0 && (queues.length == 0 || faulted || !StandStill.runs(ticket));
    }

    /**
     * Before the thread sleeps: makes the host write the registers for what comes next, so that its write wakes the thread. Afterwards a
     * full fence and one more pass.
     */
    void arm() {
        // Whoever wants to change the queues waits for this thread's answer, which only a pass gives.
        if (faulted || !StandStill.runs(standStill.ticket())) {
            return;
        }
        for (SubmissionQueue queue : queues) {
            queue.arm();
            queue.completionQueue().arm();
        }
    }

    /** How long the thread may sleep before something is due that nobody wakes it for. */
    long nanosUntilDue() {
        return Math.min(withheld.nanosUntilDue(), quiescence.nanosUntilAsking());
    }

    private int pass() {
        takeTable();
        lookAtAdminDoorbells();
        if (calm) {
            upcoming.awaitNext();
        }
        int work = held.any() ? executeHeld() : 0;
        int first = firstQueue < queues.length ? firstQueue : 0;
        work += fetch(first, queues.length);
        if (StandStill.runs(standStill.ticket())) {
            work += fetch(0, first);
        }
        if (slots.wanted() == 0) {
            // So that the same queues do not always come too late for what gets free.
            firstQueue = first + 1;
        }
        work += advanceWaiting();
        if (outstanding > 0) {
            work += pollChannels();
        }
        endBatches();
        calm = work == 0;
        return work;
    }

    /** The guest's memory as this pass knows it. */
    RegionTable table() {
        return table;
    }

    private void takeTable() {
        if (queues.length == 0 && parked.length == 0) {
            // No command needs it; the guest may be giving its memory piece by piece.
            return;
        }
        RegionTable now = shared.memory.table();
        if (table != now) {
            table = now;
            slots.forgetPast();
        }
    }

    /** On behalf of the control thread, which may share this processor and need not wake up to look itself. */
    private void lookAtAdminDoorbells() {
        Runnable news = onAdminDoorbell;
        if (news != null) {
            long present = shared.doorbells.pair(0);
            if (present != adminDoorbells) {
                adminDoorbells = present;
                news.run();
            }
        }
    }

    /**
     * Fetches from the queues in these places, as far as it is worth while. Who wants the poller to stand still does not wait for what all
     * of them hold, which may be thousands of commands.
     */
    private int fetch(int from, int end) {
        int work = 0;
        for (int at = scan.next(from, end); at < end; at = scan.next(at + 1, end)) {
            if (!StandStill.runs(standStill.ticket())) {
                firstQueue = at;
                break;
            }
            SubmissionQueue queue = queues[at];
            work += fetch(queue);
            scan.looked(at, queue);
        }
        return work;
    }

    private int fetch(SubmissionQueue queue) {
        if (queue.pollTail(shared.doorbells)) {
            shared.invalidDoorbellValue("submission", queue.id(), queue.refusedTail());
        }
        int available = queue.available();
        if (available == 0) {
            return 0;
        }
        CompletionQueue completions = queue.completionQueue();
        if (!queue.ring().mapped() || !completions.ring().mapped()) {
            return 0;
        }
        int wanted = Math.min(Math.min(available, shared.arbitrationBurst), slots.wanted());
        int room = completions.room();
        if (room < wanted) {
            pollHead(completions);
            room = completions.room();
        }
        int count = Math.min(wanted, room);
        if (count == 1) {
            // Before anything of the entry is loaded: both lines are on their way together.
            completions.expectPost();
        }
        MemorySegment entries = queue.ring().segment();
        int taken = 0;
        int lookedAt = 0;
        while (taken < count) {
            if (taken == lookedAt && count - taken > 1) {
                upcoming.lookAt(queue, entries, count - taken);
                lookedAt += UpcomingCommands.WINDOW;
            }
            long first = NativeMemory.i64(entries, queue.next() + SubmissionEntry.CDW0);
            if ((first & SubmissionEntry.FUSE) != 0) {
                int entriesTaken = fused.fetch(queue, entries, first);
                if (entriesTaken == 0) {
                    break;
                }
                taken += entriesTaken;
            } else {
                execute(queue, entries, first);
                taken++;
            }
        }
        upcoming.cameFrom(queue);
        // What has completed by now does not wait for other queues.
        completions.publish();
        return taken;
    }

    private void execute(SubmissionQueue queue, MemorySegment entries, long first) {
        long offset = queue.next();
        CommandSlot slot = accept(queue, first);
        if (queue.takeAbort(offset)) {
            finish(slot, CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED));
            return;
        }
        try {
            IoCommandHandler handler = slot.handler();
            int status = admit(slot, handler, (int) first);
            if (status == CommandStatus.SUCCESS) {
                status = IoCommands.start(handler, slot, entries, offset);
            }
            if (status != CommandStatus.PENDING) {
                finish(slot, status);
            } else if (slot.inUse() && slot.outlivesPass()) {
                slot.keepEntry(entries, offset, first);
            }
        } catch (RuntimeException e) {
            handlerFailed(slot, e);
        }
    }

    /** Executes what was held, from the beginning. Returns how many commands that were. */
    private int executeHeld() {
        int count = held.count();
        for (int i = 0; i < count; i++) {
            CommandSlot slot = held.next();
            MemorySegment entry = slot.entry();
            try {
                int status = admit(slot, slot.handler(), SubmissionEntry.cdw0(entry, 0));
                if (status == CommandStatus.SUCCESS) {
                    status = slot.handler().start(slot, entry, 0);
                }
                if (status != CommandStatus.PENDING) {
                    finish(slot, status);
                }
            } catch (RuntimeException e) {
                handlerFailed(slot, e);
            }
        }
        return count;
    }

    /** Takes the next entry of a queue, of which {@code first} is the first quadword, on. */
    CommandSlot accept(SubmissionQueue queue, long first) {
        long ignored = queue.take();
        queue.completionQueue().reserve();
        CommandSlot slot = slots.take();
        slot.begin(queue, first);
        return slot;
    }

    /** Whether two commands may be taken on, whose completions have room. */
    boolean roomForTwo(SubmissionQueue queue) {
        CompletionQueue completions = queue.completionQueue();
        if (completions.room() < 2) {
            pollHead(completions);
        }
        return completions.room() >= 2 && slots.available() >= 2;
    }

    /** Checks what all commands have in common. Returns a {@link CommandStatus}. */
    int admit(CommandSlot slot, IoCommandHandler handler, int cdw0) {
        if ((cdw0 & SubmissionEntry.PSDT) == SubmissionEntry.PSDT) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.FLAGS_BYTE, SubmissionEntry.PSDT_BIT);
        }
        NamespaceChannel namespace = namespace(slot.namespaceId());
        slot.namespace(namespace);
        if (namespace == null && !handler.takesAllNamespaces()) {
            // Base 2.1, section 4.1.1: FFFFFFFFh is valid, but not for a command that is about one namespace.
            return slot.namespaceId() == SubmissionEntry.NSID_ALL
                    ? CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.NSID)
                    : NamespaceIdentifier.refused(slot.namespaceId());
        }
        if (namespace != null && !namespace.ready() && !handler.takesAllNamespaces()) {
            return CommandStatus.of(StatusCode.FORMAT_IN_PROGRESS);
        }
        return CommandStatus.SUCCESS;
    }

    void handlerFailed(CommandSlot slot, RuntimeException e) {
        LOG.error("{} failed in a way that is a fault of this program", NvmOpcode.describe(slot.opcode()), e);
        outstanding = slots.outstanding();
        if (slot.inUse() && !slot.outstanding() && !slot.waiting()) {
            finish(slot, CommandStatus.of(StatusCode.INTERNAL_ERROR));
        }
    }

    private void pollHead(CompletionQueue completions) {
        if (completions.pollHead(shared.doorbells)) {
            shared.invalidDoorbellValue("completion", completions.id(), completions.refusedHead());
        }
    }

    /** Goes on with commands that wait for one another. Returns how much was done. */
    private int advanceWaiting() {
        int work = 0;
        if (comparisons.due()) {
            comparisons.serve();
            work++;
        }
        if (gateNews || gatesUnsettled) {
            work += lookAtGates();
        }
        return work;
    }

    private int lookAtGates() {
        gateNews = false;
        boolean unsettled = false;
        int changed = 0;
        for (NamespaceChannel namespace : attached) {
            RangeGate gate = namespace.gate();
            changed += gate.look(slots) ? 1 : 0;
            unsettled |= gate.unsettled();
        }
        gatesUnsettled = unsettled;
        return changed;
    }

    /** Takes part in the guards again, before any request. */
    private void comeBack() {
        away = false;
        for (NamespaceChannel namespace : attached) {
            namespace.gate().back();
        }
        int ignored = lookAtGates();
    }

    /** Any thread. */
    private void gateNews() {
        gateNews = true;
        standStill.wakeUp();
    }

    private int pollChannels() {
        int completed = 0;
        for (NamespaceChannel namespace : attached) {
            completed += namespace.channel().poll();
        }
        return completed;
    }

    private void endBatches() {
        for (int i = 0; i < batchCount; i++) {
            withheld.endBatch(batches[i]);
        }
        batchCount = 0;
        withheld.raiseDue();
    }

    private int stop(int ticket) {
        if (standStill.acknowledged(ticket)) {
            return 0;
        }
        withheld.raiseAll();
        PauseLevel level = StandStill.level(ticket);
        if (level != PauseLevel.HOLD && !stands(ticket, level)) {
            int work = drain(ticket);
            quiescence.report(outstanding, slots.someOpcode());
            return work;
        }
        deliverFaults();
        if (level != PauseLevel.HOLD) {
            quiescence.ready(ticket);
            quiescence.report(outstanding, slots.someOpcode());
            if (outstanding == 0) {
                goAway();
            }
        }
        standStill.acknowledge(ticket);
        return 0;
    }

    private boolean stands(int ticket, PauseLevel level) {
        if (outstanding > 0) {
            return level == PauseLevel.QUIET && quiescence.memoryFreeEverywhere(ticket);
        }
        return level.takesBack() || !held.any();
    }

    /** Nothing is outstanding, and nothing will be before {@link #comeBack}: nobody's fused operation waits for this poller. */
    private void goAway() {
        away = true;
        for (NamespaceChannel namespace : attached) {
            namespace.gate().away();
        }
    }

    /** A fault of the passes before belongs to the queues that there are now, not to those after a reset. */
    private void deliverFaults() {
        try {
            MemoryFaults.deliver();
        } catch (InternalError e) {
            memoryFault(e);
        }
    }

    private int drain(int ticket) {
        try {
            PauseLevel level = StandStill.level(ticket);
            discarding = faulted || abandoned;
            int before = outstanding + held.count();
            if (discarding) {
                dropHeld();
                if (slots.cancelOutstanding() == 0) {
                    quiescence.memoryFree(ticket);
                }
            } else if (level == PauseLevel.DRAIN && held.any()) {
                if (away) {
                    comeBack();
                }
                takeTable();
                int ignored = executeHeld();
            }
            boolean asks = quiescence.asks(ticket) && !discarding;
            holding = asks;
            int ignored = (discarding ? 0 : advanceWaiting()) + pollChannels();
            if (asks && slots.takeBack() == 0) {
                quiescence.memoryFree(ticket);
            }
            endBatches();
            MemoryFaults.deliver();
            return Math.max(before - outstanding - held.count(), 0);
        } catch (InternalError e) {
            memoryFault(e);
            return 1;
        } catch (RuntimeException e) {
            passFailed(e);
            return 1;
        } finally {
            discarding = false;
            holding = false;
        }
    }

    // ---- for command handlers, on the poller's thread ----

    /** The namespace with this NSID, or null. */
    @Nullable
    NamespaceChannel namespace(int nsid) {
        // Negative ones are beyond the end as unsigned ones.
        return Integer.compareUnsigned(nsid, namespaces.length) < 0 ? namespaces[nsid] : null;
    }

    /** The largest NSID that is attached, or 0. */
    int largestNamespaceId() {
        return attached.length == 0 ? 0 : attached[attached.length - 1].id();
    }

    long transferBytes() {
        return shared.transferBytes;
    }

    IoCounters counters() {
        return counters;
    }

    /** Whether a change with this CDW12 must be durable when it completes. */
    boolean durable(int cdw12) {
        return (cdw12 & IoCommand.FUA) != 0 || shared.durableWrites;
    }

    StatusCode resolve(
            int psdt, long firstHalf, long secondHalf, long lengthBytes, Direction direction, GuestBuffer buffer) {
        return dataPointers.resolve(
                table, psdt, firstHalf, secondHalf, lengthBytes, shared.pageShift, direction, buffer);
    }

    /** See {@link PrpWalk#isForFirst}. */
    boolean isForFirstPrp(long prp1, long lengthBytes, Direction direction, GuestBuffer buffer) {
        return PrpWalk.isForFirst(table, prp1, lengthBytes, shared.pageShift, direction, buffer);
    }

    Comparisons comparisons() {
        return comparisons;
    }

    /** Whether commands end without a completion. */
    boolean discarding() {
        return discarding;
    }

    /** A command goes on later, from its beginning. */
    void hold(CommandSlot slot) {
        held.add(slot);
    }

    /** Holds a command that was asked back instead of starting its next step, if that is wanted now. Returns whether it is. */
    boolean holds(CommandSlot slot) {
        if (!holding || slot.stopWanted()) {
            return false;
        }
        held.add(slot);
        return true;
    }

    /** A fused operation waits for its blocks. */
    void requestBlocks(CommandSlot compare) {
        compare.namespace().gate().request(compare);
    }

    void submitted() {
        outstanding++;
    }

    void returned() {
        outstanding--;
    }

    /** Completes a command. */
    void finish(CommandSlot slot, int status) {
        if (slot.special() && goesOn(slot, status)) {
            return;
        }
        slots.giveBack(slot);
        if (discarding) {
            return;
        }
        SubmissionQueue queue = slot.queue();
        int field = status == CommandStatus.SUCCESS ? StatusCode.SUCCESS.field() : failed(slot, status);
        CompletionQueue completions = queue.completionQueue();
        if (completions.post(queue, slot.commandId(), field, 0)) {
            batches[batchCount++] = completions;
        }
    }

    /** Gives back what a command needed besides its slot; whether it is one of two whose completions come together. */
    private boolean goesOn(CommandSlot slot, int status) {
        Comparison comparison = slot.comparison();
        if (comparison != null) {
            slot.comparison(null);
            comparisons.giveBack(comparison);
        }
        CommandSlot other = slot.partner();
        if (other == null) {
            return false;
        }
        fused.ended(slot, other, status);
        return true;
    }

    private int failed(CommandSlot slot, int status) {
        boolean medium = StatusCode.of(CommandStatus.field(status))
                .map(s -> s == StatusCode.WRITE_FAULT || s == StatusCode.UNRECOVERED_READ_ERROR)
                .orElse(false);
        if (medium) {
            counters.mediaError();
        }
        return shared.commandFailed(
                NvmOpcode.describe(slot.opcode()),
                slot.queue().id(),
                slot.commandId(),
                slot.namespaceId(),
                slot.opcode(),
                status,
                slot.reportedBlock());
    }

    // ---- the control thread ----

    /** Has the poller look at the doorbells of the admin queue as well. Before its thread starts. */
    void watchAdminDoorbells(Runnable whenWritten) {
        onAdminDoorbell = whenWritten;
    }

    /** Whether it looks at doorbells again and again: it has queues, and nothing keeps it from it. */
    boolean polls() {
        return queues.length > 0 && !faulted && StandStill.runs(standStill.ticket());
    }

    /** How busy it is; whoever runs it tells that. */
    PollerLoad load() {
        return load;
    }

    StandStill standStill() {
        return standStill;
    }

    Quiescence quiescence() {
        return quiescence;
    }

    /** Whether every command that was fetched has ended. While it stands still. */
    boolean drained() {
        return outstanding == 0 && !held.any();
    }

    /** The commands to be executed again. While it stands still. */
    List<CommandState> heldCommands() {
        return held.states();
    }

    /**
     * Takes a command over that another controller held, to be executed when this poller runs. While it stands still.
     *
     * @param queue the one it was fetched from, which this poller has, with room in its completion queue
     * @throws IllegalArgumentException if such a command cannot be held: see {@link HeldCommands#refusal}; or there is no room
     */
    void hold(SubmissionQueue queue, CommandState command) {
        String refusal = HeldCommands.refusal(command.entry());
        if (!refusal.isEmpty()) {
            throw new IllegalArgumentException(refusal);
        }
        if (queue.completionQueue().room() < 1 || slots.available() == 0) {
            throw new IllegalArgumentException("more commands than their queues have room for");
        }
        MemorySegment entry = command.entry().segment();
        long first = LittleEndian.i64(entry, SubmissionEntry.CDW0);
        queue.completionQueue().reserve();
        CommandSlot slot = slots.take();
        slot.begin(queue, first);
        slot.keepEntry(entry, 0, first);
        held.add(slot);
    }

    /** Forgets what is held: somebody else executes it, or nobody wants it any more. While it stands still. */
    void dropHeld() {
        while (held.any()) {
            CommandSlot slot = held.next();
            slot.queue().completionQueue().unreserve();
            slots.giveBack(slot);
        }
    }

    /**
     * Its host is gone: nothing is executed again, and what is still outstanding ends without a completion, whoever has the memory of the
     * queues then. While it is {@link PauseLevel#QUIET}; {@link #clear} follows when it is drained.
     */
    void abandon() {
        dropHeld();
        abandoned = true;
    }

    /** Whether a pass ended in a way that only a {@link #clear} mends. */
    boolean faulted() {
        return faulted;
    }

    /** For tests: what tells how long commands of a pause have had to complete. */
    void quiesceClock(LongSupplier nanos) {
        quiescence.clock(nanos);
    }

    /** For tests: what tells the time of withheld interrupts. */
    void interruptClock(LongSupplier nanos) {
        withheld.clock(nanos);
    }

    /** Adds a queue. While it stands still. */
    void add(SubmissionQueue queue) {
        take(with(queues, queue));
        // A parked queue completes commands as well.
        int completing = queues.length + parked.length;
        batches = Arrays.copyOf(batches, Math.max(batches.length, completing));
        withheld.capacity(completing);
    }

    /** Fetches nothing more from a queue that it has, until that is {@link #remove removed} and added again. While it stands still. */
    void park(SubmissionQueue queue) {
        take(without(queues, queue));
        parked = with(without(parked, queue), queue);
    }

    private void take(SubmissionQueue[] now) {
        queues = now;
        upcoming.forgetQueue();
        scan.take(now);
    }

    private static SubmissionQueue[] with(SubmissionQueue[] queues, SubmissionQueue queue) {
        SubmissionQueue[] more = Arrays.copyOf(queues, queues.length + 1);
        more[queues.length] = queue;
        return more;
    }

    private static SubmissionQueue[] without(SubmissionQueue[] queues, SubmissionQueue queue) {
        return Arrays.stream(queues).filter(q -> !Objects.equals(q, queue)).toArray(SubmissionQueue[]::new);
    }

    /**
     * Aborts a command that was fetched, or is in its queue. While this poller stands still.
     *
     * @return whether it has completed, as aborted; if not it may still be aborted later, or there is no such command
     */
    boolean abort(SubmissionQueue queue, int commandId) {
        if (faulted) {
            return false;
        }
        CommandSlot slot = slots.find(queue.id(), commandId);
        if (slot == null) {
            boolean ignored = queue.abort(commandId);
            return false;
        }
        boolean aborted = abort(slot);
        endBatches();
        return aborted;
    }

    private boolean abort(CommandSlot slot) {
        if (slot.held()) {
            held.remove(slot);
            finish(slot, CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED));
            return true;
        }
        slot.stop();
        CommandSlot other = slot.partner();
        CommandSlot underWay = other != null && !slot.waiting() && !slot.outstanding() ? other : slot;
        if (underWay.waiting()) {
            underWay.abandonWait();
            return true;
        }
        if (!underWay.outstanding() || (underWay != slot && underWay.opcode() == NvmOpcode.WRITE)) {
            // Between two steps it ends before the next; a Compare whose Write has begun has succeeded.
            return false;
        }
        return underWay.channel().cancel(underWay, CancelPromise.WITHOUT_LATER_EFFECT) == CancelResult.CANCELLED;
    }

    /** Removes a queue, of which no command is under way here. While it stands still. */
    void remove(SubmissionQueue queue) {
        take(without(queues, queue));
        parked = without(parked, queue);
    }

    /** Forgets all queues and a memory fault. While it is drained. */
    void clear() {
        take(new SubmissionQueue[0]);
        parked = new SubmissionQueue[0];
        batchCount = 0;
        outstanding = 0;
        withheld.clear();
        for (NamespaceChannel namespace : attached) {
            namespace.gate().reset();
        }
        comparisons.reset();
        held.clear();
        slots.reclaim();
        faulted = false;
        abandoned = false;
    }

    /** Takes over which namespaces there are and in what format. While it is drained. */
    void take(List<Namespace> now) {
        NamespaceChannel[] before = attached;
        NamespaceChannel[] after = new NamespaceChannel[now.size()];
        for (int i = 0; i < after.length; i++) {
            after[i] = channel(now.get(i));
        }
        attached = after;
        slots.worthWhile(usefulDepth(after));
        Arrays.fill(namespaces, null);
        slots.forgetPast();
        for (NamespaceChannel each : attached) {
            namespaces[each.id()] = each;
        }
        for (NamespaceChannel each : before) {
            NamespaceChannel present = namespaces[each.id()];
            if (present == null || !Objects.equals(present.channel(), each.channel())) {
                each.close();
            }
        }
    }

    /** One that is busy must not hold up those that others use: so the sum; without any, commands only fail. */
    private static int usefulDepth(NamespaceChannel[] namespaces) {
        long sum = namespaces.length == 0 ? CommandSlots.LIMIT : 0;
        for (NamespaceChannel each : namespaces) {
            sum += each.namespace().device().capabilities().usefulDepth();
        }
        return (int) Math.min(sum, CommandSlots.LIMIT);
    }

    private NamespaceChannel channel(Namespace namespace) {
        NamespaceChannel present = namespaces[namespace.id()];
        if (present != null && Objects.equals(present.namespace(), namespace)) {
            return new NamespaceChannel(namespace, present.channel(), present.gate());
        }
        return new NamespaceChannel(
                namespace,
                namespace.device().openChannel(standStill::wakeUp),
                new RangeGate(namespace.guard(), this::gateNews));
    }

    /** Closes the channels. After its thread has ended, with nothing outstanding; what is held is dropped. */
    void close() {
        dropHeld();
        take(List.of());
    }
}
