package io.vfiouser.nvme.block;

import org.jspecify.annotations.Nullable;

/**
 * One operation on a device, and the place where its result arrives. Made once per command slot by whoever submits, described
 * anew before each {@link BlockChannel#submit} by one of {@link #read}, {@link #write}, {@link #flush}, {@link #writeZeroes},
 * {@link #deallocate}, {@link #verify}, and used again after it completed: a request costs no allocation.
 *
 * <p><b>Ownership.</b> From {@code submit} until {@link #completed} is called the request, its {@link SegmentList} and the memory the
 * list names belong to the back end; the submitter changes and unmaps nothing. A request is outstanding at most once.
 *
 * <p><b>Thread.</b> Submitted, completed and cancelled on the one thread that uses the channel. A back end may read the
 * description on threads of its own while the request is outstanding.
 */
public abstract class BlockRequest {
    /** {@link #failedBlock()} when the back end does not know it. */
    public static final long UNKNOWN_BLOCK = -1;

    private final SegmentList data;
    private Operation operation = Operation.FLUSH;
    private long firstBlock;
    private long blockCount;
    private boolean forceUnitAccess;
    private boolean mayDeallocate;
    private boolean outstanding;
    private long failedBlock = UNKNOWN_BLOCK;
    private @Nullable Object attachment;

    protected BlockRequest() {
        this(new SegmentList());
    }

    /** A request with a list of its own, made large enough by the caller. */
    protected BlockRequest(SegmentList data) {
        this.data = data;
    }

    /**
     * The request has ended; called exactly once per {@code submit}, on the channel's thread, from inside {@code submit}, {@code poll} or
     * {@code cancel}. The request is no longer outstanding: this method may submit requests, this one included. It must not call
     * {@code poll}, {@code cancel} or {@code close}, and should not throw: what it throws comes out of the call it was made from.
     */
    protected abstract void completed(BlockStatus status);

    /** Reads {@code blockCount} blocks from {@code firstBlock} on into {@link #data()}, which the caller fills. */
    public final BlockRequest read(long firstBlock, long blockCount) {
        return describe(Operation.READ, firstBlock, blockCount, false, false);
    }

    /**
     * Writes {@link #data()}, which the caller fills, to {@code blockCount} blocks from {@code firstBlock} on.
     *
     * @param forceUnitAccess the data is durable when the request completes
     */
    public final BlockRequest write(long firstBlock, long blockCount, boolean forceUnitAccess) {
        return describe(Operation.WRITE, firstBlock, blockCount, forceUnitAccess, false);
    }

    /** {@link Operation#FLUSH}. */
    public final BlockRequest flush() {
        return describe(Operation.FLUSH, 0, 0, false, false);
    }

    /**
     * Makes {@code blockCount} blocks from {@code firstBlock} on read as zeroes.
     *
     * @param mayDeallocate the back end may give their room back; without it they stay allocated where the back end can do that
     */
    public final BlockRequest writeZeroes(
            long firstBlock, long blockCount, boolean forceUnitAccess, boolean mayDeallocate) {
        return describe(Operation.WRITE_ZEROES, firstBlock, blockCount, forceUnitAccess, mayDeallocate);
    }

    /** The content of {@code blockCount} blocks from {@code firstBlock} on is not wanted any more. */
    public final BlockRequest deallocate(long firstBlock, long blockCount, boolean forceUnitAccess) {
        return describe(Operation.DEALLOCATE, firstBlock, blockCount, forceUnitAccess, true);
    }

    /** Checks that {@code blockCount} blocks from {@code firstBlock} on can be read. */
    public final BlockRequest verify(long firstBlock, long blockCount) {
        return describe(Operation.VERIFY, firstBlock, blockCount, false, false);
    }

    private BlockRequest describe(Operation what, long first, long count, boolean durable, boolean deallocate) {
        if (outstanding) {
            throw new IllegalStateException("the request is outstanding: " + this);
        }
        // Mostly it is what the request before it was: a store less.
        if (operation != what) {
            operation = what;
        }
        if (forceUnitAccess != durable) {
            forceUnitAccess = durable;
        }
        if (mayDeallocate != deallocate) {
            mayDeallocate = deallocate;
        }
        firstBlock = first;
        blockCount = count;
        return this;
    }

    public final Operation operation() {
        return operation;
    }

    /** The first block, counted from 0; 0 for a flush. As the submitter gave it: not yet checked. */
    public final long firstBlock() {
        return firstBlock;
    }

    /** The number of blocks; 0 for a flush. As the submitter gave it: not yet checked. */
    public final long blockCount() {
        return blockCount;
    }

    /** Whether a change must be durable when the request completes. */
    public final boolean forceUnitAccess() {
        return forceUnitAccess;
    }

    /** Whether zeroed blocks may be given back. */
    public final boolean mayDeallocate() {
        return mayDeallocate;
    }

    /** The memory of a read or write. The same list for the request's whole life; the submitter clears and fills it. */
    public final SegmentList data() {
        return data;
    }

    /** Whether a back end has it. On the channel's thread. */
    public final boolean outstanding() {
        return outstanding;
    }

    /** After a failure: the first block that failed, or {@link #UNKNOWN_BLOCK}. */
    public final long failedBlock() {
        return failedBlock;
    }

    /**
     * For back ends: checks the description as every back end must before any effect.
     *
     * @return {@link BlockStatus#OK}, or the status to complete the request with
     */
    public final BlockStatus check(int blockSizeBytes, long deviceBlockCount, boolean readOnly) {
        if (!operation.hasRange()) {
            return BlockStatus.OK;
        }
        if (readOnly && operation.changesMedium()) {
            return BlockStatus.READ_ONLY;
        }
        if (blockCount <= 0) {
            return BlockStatus.INVALID_REQUEST;
        }
        if (firstBlock < 0 || firstBlock > deviceBlockCount - blockCount) {
            return BlockStatus.OUT_OF_RANGE;
        }
        if (operation.hasData() && data.totalBytes() != blockCount * blockSizeBytes) {
            return BlockStatus.INVALID_REQUEST;
        }
        return BlockStatus.OK;
    }

    /**
     * For back ends: first thing in {@link BlockChannel#submit}.
     *
     * @throws IllegalStateException if the request is outstanding already
     */
    public final void begin() {
        if (outstanding) {
            throw new IllegalStateException("the request is outstanding already: " + this);
        }
        outstanding = true;
        forgetFailedBlock();
    }

    /** {@link #failedBlock} becomes {@link #UNKNOWN_BLOCK}: for a submitter that begins something new with the request. */
    protected final void forgetFailedBlock() {
        if (failedBlock != UNKNOWN_BLOCK) {
            failedBlock = UNKNOWN_BLOCK;
        }
    }

    /** For back ends: ends the request, on the channel's thread only. The back end must not touch it afterwards. */
    public final void complete(BlockStatus status) {
        complete(status, UNKNOWN_BLOCK);
    }

    /** For back ends: as {@link #complete(BlockStatus)}, naming the first block that failed. */
    public final void complete(BlockStatus status, long failed) {
        if (!outstanding) {
            throw new IllegalStateException("the request is not outstanding: " + this);
        }
        outstanding = false;
        if (failedBlock != failed) {
            failedBlock = failed;
        }
        completed(status);
    }

    /**
     * For back ends: what a back end left here. It may keep the state it needs per request here and find it again when the request is
     * used again; since a request may visit several back ends, it may be another one's: look before use. A device that wraps
     * another hands it requests of its own, not the ones it received.
     */
    public final @Nullable Object attachment() {
        return attachment;
    }

    /** For back ends: see {@link #attachment()}. Only while the request is outstanding. */
    public final void attach(Object state) {
        attachment = state;
    }

    @Override
    public String toString() {
        return operation + " of " + blockCount + " blocks from " + firstBlock + (forceUnitAccess ? ", durable" : "");
    }
}
