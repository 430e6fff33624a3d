package io.vfiouser.nvme.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The memory of one guest: holds the current {@link RegionTable}. One thread publishes; any thread reads.
 *
 * <p>A table is published with release and read with acquire. That alone does not protect memory that is about to be unmapped: who
 * unmaps first stops all who may still use the old table.
 */
public final class GuestMemory {
    private static final VarHandle TABLE;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(GuestMemory.class, "table", RegionTable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("FieldMayBeFinal") // written through TABLE
    private RegionTable table = RegionTable.EMPTY;

    /** Makes a table the current one. */
    public void publish(RegionTable next) {
        TABLE.setRelease(this, next);
    }

    /** The current table: read once per pass, not per command. */
    public RegionTable table() {
        return (RegionTable) TABLE.getAcquire(this);
    }
}
