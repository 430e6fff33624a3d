package io.vfiouser.server;

import io.vfiouser.abi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One version's callbacks over the device's {@link MigrationHandler}. Lives as long as its context; the context's thread only. */
sealed interface MigrationAdapter permits RegisterMigration, StreamMigration {
    /** The state the device is in. */
    MigrationState state();

    /** The device was reset: it is RUNNING. */
    void reset();

    /** The library's structure of callbacks. */
    MemorySegment callbacks(Arena arena);

    /** The adapter for a library. */
    static MigrationAdapter of(
            NativeCalls calls, MigrationHandler handler, CallbackGuard guard, long dataAreaBytes, Arena arena) {
        return calls.level().migrationVersion() == 1
                ? new RegisterMigration(handler, guard, arena.allocate(dataAreaBytes, Long.BYTES))
                : new StreamMigration(handler, guard);
    }
}
