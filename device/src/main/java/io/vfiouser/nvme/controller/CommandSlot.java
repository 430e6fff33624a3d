package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.CancelPromise;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestBuffer;
import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A command that was fetched and not yet completed; also the request to the back end. Made once, used for one command after the
 * other; belongs to one poller's thread.
 *
 * <p>What most commands share, or never need, is looked at before it is stored: after a copy the processor's stores queue up behind those of
 * the data, and each one less shortens that.
 */
final class CommandSlot extends BlockRequest {
    private static final int ABORTED = CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED);

    /** What is moved in a microsecond or two. */
    private static final long BRIEF_BYTES = 16384;

    private final QueuePoller poller;
    private final GuestBuffer buffer;
    private @Nullable SubmissionQueue queue;
    private @Nullable NamespaceChannel namespace;
    /** Where the request is or was last, perhaps of a command before this one. */
    private @Nullable NamespaceChannel lastVisited;

    /** CDW0 and NSID, as they were fetched. */
    private long firstQuadword;

    private boolean inUse;
    /** Whether any of what most commands never need is to be put back when the command ends: see {@link #end}. */
    private boolean unusual;

    private boolean waiting;
    private boolean stopWanted;
    private boolean held;
    /** A back end was asked to give the request back, or to leave its memory alone. */
    private boolean asked;
    /** The request goes on without guest memory, which may be gone when it ends. */
    private boolean detached;

    private @Nullable Comparison comparison;
    private @Nullable CommandSlot partner;
    private long reportedBlock = UNKNOWN_BLOCK;

    /** Handlers that work in steps count them here. */
    int step;
    /** Handlers that work in steps keep the last one here. */
    int lastStep;

    private long rangeStart;
    private int rangeBlocks;
    /** Data that a handler took over from the guest; made when first needed. */
    private @Nullable MemorySegment scratch;
    /** Where the submission entry is kept, if it is: native memory, as the queue that it came from. */
    private final MemorySegment entry;

    /** @param entry native memory for a submission entry */
    CommandSlot(QueuePoller poller, MemorySegment entry) {
        this(poller, entry, new GuestBuffer());
    }

    private CommandSlot(QueuePoller poller, MemorySegment entry, GuestBuffer buffer) {
        super(buffer.segments());
        this.poller = poller;
        this.entry = entry;
        this.buffer = buffer;
    }

    /** Takes a new command on, of whose entry {@code first} is the first quadword. */
    void begin(SubmissionQueue from, long first) {
        if (queue != from) {
            queue = from;
        }
        firstQuadword = first;
        forgetFailedBlock();
        if (reportedBlock != UNKNOWN_BLOCK) {
            reportedBlock = UNKNOWN_BLOCK;
        }
        inUse = true;
    }

    void end() {
        inUse = false;
        if (unusual) {
            unusual = false;
            waiting = false;
            stopWanted = false;
            held = false;
            asked = false;
            detached = false;
            comparison = null;
            partner = null;
        }
    }

    /** Forgets the guest memory of the last command, and where it was executed. While there is none. */
    void forgetPast() {
        buffer.forgetRegions();
        namespace = null;
        lastVisited = null;
    }

    boolean inUse() {
        return inUse;
    }

    QueuePoller poller() {
        return poller;
    }

    SubmissionQueue queue() {
        SubmissionQueue owner = queue;
        if (owner == null) {
            throw new IllegalStateException("the slot has had no command");
        }
        return owner;
    }

    IoCommandHandler handler() {
        return IoCommands.handler(opcode());
    }

    int cdw0() {
        return (int) firstQuadword;
    }

    int opcode() {
        return SubmissionEntry.opcode(cdw0());
    }

    int commandId() {
        return SubmissionEntry.commandId(cdw0());
    }

    int namespaceId() {
        return (int) (firstQuadword >>> 32);
    }

    GuestBuffer buffer() {
        return buffer;
    }

    /** The namespace the command names. */
    NamespaceChannel namespace() {
        NamespaceChannel named = namespace;
        if (named == null) {
            throw new IllegalStateException("the command names no namespace");
        }
        return named;
    }

    void namespace(@Nullable NamespaceChannel named) {
        if (namespace != named) {
            namespace = named;
        }
    }

    /** Resolves the data pointer of the entry into {@link #buffer()}. Returns a {@link CommandStatus}. */
    int resolve(MemorySegment entries, long offset, long lengthBytes, Direction direction) {
        long firstHalf = SubmissionEntry.prp1(entries, offset);
        long secondHalf = SubmissionEntry.prp2(entries, offset);
        int psdt = SubmissionEntry.psdt(cdw0());
        StatusCode resolved = poller.resolve(psdt, firstHalf, secondHalf, lengthBytes, direction, buffer);
        if (resolved == StatusCode.SUCCESS) {
            return CommandStatus.SUCCESS;
        }
        boolean second =
                psdt == SubmissionEntry.PSDT_PRP && !poller.isForFirstPrp(firstHalf, lengthBytes, direction, buffer);
        return CommandStatus.of(resolved, second ? SubmissionEntry.PRP2 : SubmissionEntry.DPTR);
    }

    /** Describes a read of logical blocks of {@link #namespace()}, which were found to be in it. */
    void readBlocks(long lba, long blocks) {
        int shift = namespace().deviceShift();
        read(lba << shift, blocks << shift);
    }

    /** Describes a write of logical blocks. */
    void writeBlocks(long lba, long blocks, boolean durable) {
        int shift = namespace().deviceShift();
        write(lba << shift, blocks << shift, durable);
    }

    /** Describes a write of zeroes to logical blocks. */
    void zeroBlocks(long lba, long blocks, boolean durable, boolean mayDeallocate) {
        int shift = namespace().deviceShift();
        writeZeroes(lba << shift, blocks << shift, durable, mayDeallocate);
    }

    /** Describes a check that logical blocks can be read. */
    void verifyBlocks(long lba, long blocks) {
        int shift = namespace().deviceShift();
        verify(lba << shift, blocks << shift);
    }

    /** Describes a deallocation of logical blocks. */
    void deallocateBlocks(long lba, long blocks, boolean durable) {
        int shift = namespace().deviceShift();
        deallocate(lba << shift, blocks << shift, durable);
    }

    /** Hands the request, which was described before, to the namespace. Returns {@link CommandStatus#PENDING}. */
    int submit() {
        return submit(namespace());
    }

    int submit(NamespaceChannel to) {
        if (lastVisited != to) {
            lastVisited = to;
        }
        if (asked && poller.holds(this)) {
            return CommandStatus.PENDING;
        }
        if (to.gate().closed() && to.gate().holdsBack(this)) {
            return CommandStatus.PENDING;
        }
        if (!brief()) {
            endBatchBefore(to);
        }
        poller.submitted();
        to.channel().submit(this);
        return CommandStatus.PENDING;
    }

    /** What was submitted before completes now and is seen by the host, instead of after a request that takes long. */
    private void endBatchBefore(NamespaceChannel to) {
        if (to.completesInline()) {
            int ignored = to.channel().poll();
        }
        queue().completionQueue().publish();
    }

    /** Whether the request, where it completes inline, is over so soon that completions posted before it may wait for it. */
    private boolean brief() {
        return operation().hasData() && data().totalBytes() <= BRIEF_BYTES;
    }

    /** Submits the request that a gate had held back. */
    void resubmit() {
        endWait();
        poller.submitted();
        channel().submit(this);
    }

    // ---- waiting for something but a back end ----

    /** The command waits for its turn, with somebody who will call {@link #endWait}. */
    void await() {
        unusual = true;
        waiting = true;
        poller.submitted();
    }

    void endWait() {
        waiting = false;
        poller.returned();
    }

    /** Whether the command, which has not ended, may be under way when a pass is over and may be executed again then. */
    boolean outlivesPass() {
        NamespaceChannel named = namespace;
        return HeldCommands.repeatable(opcode()) && (waiting || named == null || !named.completesInline());
    }

    /** Whether the command waits, but not for a back end. */
    boolean waiting() {
        return waiting;
    }

    /** Ends a command that waits; with it the other one of a fused operation. */
    void abandonWait() {
        if (!poller.comparisons().forget(this)) {
            namespace().gate().forget(this);
        }
        poller.finish(this, ABORTED);
    }

    /** Whether the request is to a namespace by this gate's way. */
    boolean visits(RangeGate gate) {
        NamespaceChannel visited = lastVisited;
        return visited != null && visited.gate() == gate;
    }

    // ---- being executed again ----

    /**
     * Keeps the submission entry, since the host may use its place for another command as soon as it learns that this one was fetched.
     *
     * @param first the first quadword as it was fetched, whatever the guest has made of it since
     */
    void keepEntry(MemorySegment entries, long offset, long first) {
        MemorySegment.copy(entries, offset, entry, 0, SubmissionEntry.LENGTH_BYTES);
        NativeMemory.putU64(entry, SubmissionEntry.CDW0, first);
    }

    /** What {@link #keepEntry} has kept. */
    MemorySegment entry() {
        return entry;
    }

    /** Whether the command is held, to be executed again. */
    boolean held() {
        return held;
    }

    /** The command is held, or is executed again from its beginning. */
    void held(boolean now) {
        unusual = true;
        held = now;
        asked = false;
        detached = false;
        lastVisited = null;
        reportedBlock = UNKNOWN_BLOCK;
    }

    /**
     * Makes the command one that is held, if it may be executed twice and nobody has begun with it or the back end lets go of it;
     * otherwise asks the back end to leave its memory alone.
     *
     * @return whether guest memory is not touched for this command any more
     */
    boolean takeBack() {
        if (exclusive() || !HeldCommands.repeatable(opcode())) {
            return false;
        }
        if (waiting) {
            namespace().gate().forget(this);
            poller.hold(this);
            return true;
        }
        unusual = true;
        asked = true;
        CancelResult result = channel().cancel(this, CancelPromise.WITHOUT_LATER_EFFECT);
        return result == CancelResult.CANCELLED || !outstanding() || detach();
    }

    /** Asks the back end to leave the request's memory alone. Returns whether it does. */
    boolean detach() {
        unusual = true;
        asked = true;
        if (detached) {
            return true;
        }
        if (!operation().hasData()) {
            detached = true;
            return true;
        }
        CancelResult result = channel().cancel(this, CancelPromise.DETACHED);
        if (result == CancelResult.DETACHED) {
            detached = true;
            markReadDirty();
        }
        return detached || result == CancelResult.CANCELLED || !outstanding();
    }

    /**
     * The request has ended after {@link #asked}. Whether that is all there is to do: the command is executed again, or ends in a way of
     * its own.
     */
    private boolean endsOtherwise(BlockStatus status) {
        boolean memoryGone = detached;
        detached = false;
        if (poller.discarding()) {
            poller.finish(this, ABORTED);
            return true;
        }
        if (exclusive() || !HeldCommands.repeatable(opcode())) {
            return false;
        }
        // A Read that was detached has nowhere to put what comes next, and perhaps has not put all there that came.
        boolean again = memoryGone && opcode() == NvmOpcode.READ;
        if (status != BlockStatus.CANCELLED && !again) {
            return false;
        }
        if (!memoryGone) {
            markReadDirty();
        }
        if (stopWanted) {
            poller.finish(this, ABORTED);
        } else {
            poller.hold(this);
        }
        return true;
    }

    /** The back end may have filled a part of the memory; whoever copies it must have that part. */
    private void markReadDirty() {
        if (opcode() == NvmOpcode.READ && operation() == Operation.READ) {
            buffer.markDirty();
        }
    }

    // ---- commands that need more than a slot ----

    /** Whether {@link QueuePoller#finish} has more to do than to post the completion. */
    boolean special() {
        return comparison != null || partner != null;
    }

    /** Where a Compare has the blocks' content, or null. */
    @Nullable
    Comparison comparison() {
        return comparison;
    }

    void comparison(@Nullable Comparison taken) {
        unusual = true;
        comparison = taken;
    }

    /** The other command of the fused operation, or null. */
    @Nullable
    CommandSlot partner() {
        return partner;
    }

    void partner(@Nullable CommandSlot other) {
        unusual = true;
        partner = other;
    }

    /** Whether its blocks are its own while it is executed: a command of a fused operation. */
    boolean exclusive() {
        return partner != null;
    }

    /** The host does not want the command any more: it ends before its next step, if it has one. */
    void stop() {
        unusual = true;
        stopWanted = true;
    }

    boolean stopWanted() {
        return stopWanted;
    }

    /** What failed is this logical block, whatever the back end says. */
    void report(long lba) {
        reportedBlock = lba;
    }

    /** Keeps the command's blocks for a later step. */
    void keepRange(long firstBlock, int blocks) {
        rangeStart = firstBlock;
        rangeBlocks = blocks;
    }

    long rangeStart() {
        return rangeStart;
    }

    int rangeBlocks() {
        return rangeBlocks;
    }

    /** The namespace in which the request is, or was last, outstanding. */
    private Namespace namespaceVisited() {
        NamespaceChannel visited = lastVisited;
        if (visited == null) {
            throw new IllegalStateException("the request was never submitted");
        }
        return visited.namespace();
    }

    /** Where the request is, or was last, outstanding. */
    BlockChannel channel() {
        NamespaceChannel visited = lastVisited;
        if (visited == null) {
            throw new IllegalStateException("the request was never submitted");
        }
        return visited.channel();
    }

    /** Which logical block failed, as the error log writes it. */
    long reportedBlock() {
        if (reportedBlock != UNKNOWN_BLOCK) {
            return reportedBlock;
        }
        NamespaceChannel visited = lastVisited;
        return visited == null ? 0 : visited.reportedBlock(failedBlock());
    }

    /** A page of this process's own memory, valid until the command ends. */
    MemorySegment scratch() {
        MemorySegment page = scratch;
        if (page == null) {
            page = Arena.ofAuto().allocate(4096);
            scratch = page;
        }
        return page;
    }

    @Override
    protected void completed(BlockStatus status) {
        poller.returned();
        namespaceVisited().changes().completed(this);
        if (asked && endsOtherwise(status)) {
            return;
        }
        int outcome = IoCommands.completed(handler(), this, CommandStatus.of(status));
        if (outcome != CommandStatus.PENDING) {
            poller.finish(this, outcome);
        }
    }
}
