package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * A namespace: a back end under the identifier that commands name it by, in the format it has at present. Any thread may read it;
 * its format and {@linkplain #ready() readiness} change only while no controller that has it executes commands.
 */
public final class Namespace {
    private final int id;
    private final BlockDevice device;
    private final boolean shared;
    private final boolean fromPool;
    private final RangeGuard guard = new RangeGuard();
    private final BlockChangeLog changes;
    private volatile BlockIdentity identity;
    private volatile NamespaceFormat format;
    private volatile boolean ready = true;
    private volatile int remainingPercent;
    private volatile boolean leaving;
    private boolean formatting;

    Namespace(int id, BlockDevice device, NamespaceFormat format, boolean shared, boolean fromPool) {
        if (id < 1 || id == SubmissionEntry.NSID_ALL) {
            throw new IllegalArgumentException("no namespace identifier: " + id);
        }
        int alignment = device.capabilities().memoryAlignmentBytes();
        if (alignment > 1) {
            throw new IllegalArgumentException(
                    "a back end that needs memory aligned to %d bytes cannot take a guest's".formatted(alignment)
                            + " buffers, which lie anywhere");
        }
        this.id = id;
        this.device = device;
        this.identity = device.identity();
        this.changes = new BlockChangeLog(device.blockSizeBytes());
        this.format = format;
        this.shared = shared;
        this.fromPool = fromPool;
    }

    /** NSID, from 1 on. */
    public int id() {
        return id;
    }

    /** Where its blocks are; the subsystem's. */
    public BlockDevice device() {
        return device;
    }

    /** By what hosts recognise it: the back end's identity, until another is adopted along with a controller that moved here. */
    public BlockIdentity identity() {
        return identity;
    }

    /** Its present format. */
    public NamespaceFormat format() {
        return format;
    }

    /** Whether several controllers may have it at once. */
    public boolean shared() {
        return shared;
    }

    /** Whether a host created it, and may delete it. */
    public boolean fromPool() {
        return fromPool;
    }

    /** By which pollers get blocks for themselves, whatever controller they belong to. */
    public RangeGuard guard() {
        return guard;
    }

    /** Where all who change it report what has completed. */
    public BlockChangeLog changes() {
        return changes;
    }

    /** Whether commands may access it: false while it is formatted. */
    public boolean ready() {
        return ready;
    }

    /** Capacity in logical blocks, now. */
    public long blockCount() {
        return device.blockCount() >>> format.deviceShift();
    }

    /** Binary logarithm of a logical block's bytes. */
    public int blockShift() {
        return format.blockShift();
    }

    /** Whether a flush has anything to do. */
    public boolean hasVolatileCache() {
        return device.capabilities().volatileCache();
    }

    /** Whether it can be formatted like that. */
    public boolean canHave(int formatIndex) {
        return NamespaceFormat.available(formatIndex, device.blockSizeBytes());
    }

    /** How much of a format under way is left to do, 0 to 100. */
    public int formatRemainingPercent() {
        return remainingPercent;
    }

    void formatRemainingPercent(int value) {
        remainingPercent = value;
    }

    /** Whether a format is asked for or under way. Under the subsystem's lock. */
    boolean formatting() {
        return formatting;
    }

    void formatting(boolean value) {
        formatting = value;
    }

    /** Whether it is about to be removed, so that nothing new is begun with it. Written under the subsystem's lock. */
    boolean leaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    void adopt(BlockIdentity value) {
        identity = value;
    }

    void format(NamespaceFormat value) {
        format = value;
    }

    void ready(boolean value) {
        ready = value;
    }

    @Override
    public String toString() {
        return "namespace " + id;
    }
}
