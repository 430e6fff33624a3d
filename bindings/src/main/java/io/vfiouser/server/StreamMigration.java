package io.vfiouser.server;

import io.vfiouser.abi.MigrationCallbacks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Version 2 (level 0.2): the library walks the arcs and hands over a stream, so there is nothing to translate. */
final class StreamMigration implements MigrationAdapter, MigrationCallbacks.Version2 {
    private final MigrationHandler handler;
    private final CallbackGuard guard;
    private MigrationState state = MigrationState.RUNNING;

    StreamMigration(MigrationHandler handler, CallbackGuard guard) {
        this.handler = handler;
        this.guard = guard;
    }

    @Override
    public MigrationState state() {
        return state;
    }

    @Override
    public void reset() {
        // Some commits of 0.2b keep their state over a reset and take it from there; the arcs they then ask for are
        // valid too.
        state = MigrationState.RUNNING;
    }

    @Override
    public MemorySegment callbacks(Arena arena) {
        return MigrationCallbacks.allocate(this, arena);
    }

    @Override
    public int transition(int code) {
        return guard.status("migration transition", () -> {
            MigrationState next = MigrationState.of(code);
            if (next != state) {
                handler.transition(state, next);
                state = next;
            }
        });
    }

    @Override
    public long readData(MemorySegment buffer, long count) {
        MemorySegment into = CallbackGuard.sized(buffer, count);
        return guard.value("migration read", () -> MigrationData.checkedRead(handler, into));
    }

    @Override
    public long writeData(MemorySegment buffer, long count) {
        MemorySegment from = CallbackGuard.sized(buffer, count).asReadOnly();
        return guard.value("migration write", () -> {
            handler.write(from);
            return count;
        });
    }
}
