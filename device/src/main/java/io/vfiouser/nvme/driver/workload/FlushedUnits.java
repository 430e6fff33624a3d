package io.vfiouser.nvme.driver.workload;

import java.util.Arrays;

/** What a {@link FlushJournal} says: which units of which namespace were flushed, and in which generation. Immutable. */
public final class FlushedUnits {

    private final long run;
    private final int namespaceId;
    private final int blockBytes;
    private final int unitBlocks;
    private final long namespaceBlocks;
    private final int[] generations;

    FlushedUnits(long run, int namespaceId, int blockBytes, int unitBlocks, long namespaceBlocks, int[] generations) {
        this.run = run;
        this.namespaceId = namespaceId;
        this.blockBytes = blockBytes;
        this.unitBlocks = unitBlocks;
        this.namespaceBlocks = namespaceBlocks;
        this.generations = generations;
    }

    /** The run that wrote it. */
    public long run() {
        return run;
    }

    public int namespaceId() {
        return namespaceId;
    }

    /** Bytes of a logical block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Logical blocks of a unit, which is what one command wrote. */
    public int unitBlocks() {
        return unitBlocks;
    }

    public int unitBytes() {
        return blockBytes * unitBlocks;
    }

    /** Logical blocks of the namespace. */
    public long namespaceBlocks() {
        return namespaceBlocks;
    }

    /** Units of the run, flushed or not. */
    public int units() {
        return generations.length;
    }

    /** The highest generation of a unit that was flushed; 0 if none was. */
    public int generation(int unit) {
        return generations[unit];
    }

    /** Units of which something was flushed. */
    public long flushedUnits() {
        return Arrays.stream(generations).filter(generation -> generation > 0).count();
    }
}
