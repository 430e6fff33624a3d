package io.vfiouser.server;

import io.vfiouser.abi.MigrationCallbacks;
import io.vfiouser.os.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Version 1 (level 0.1): registers and a window of data in the migration region, turned into the transitions and the stream of version 2.
 *
 * <p><b>Saving.</b> The client repeats: read {@code pending_bytes}; if it is not 0, read {@code data_offset} and {@code data_size},
 * then that much of the window. Reading {@code data_offset} fills the window from the device. Reading {@code
 * pending_bytes} again says that the window was consumed; a window that was not, as the state changes, is offered once more. 0 pending bytes
 * would end the stream until the next transition, so 0 is said only in STOP_AND_COPY and after the device's read
 * came back short; in PRE_COPY a device with nothing to say gives windows of size 0.
 *
 * <p><b>Resuming.</b> The client writes into the window and then its {@code data_size}, upon which the device takes the data.
 *
 * <p><b>Transitions.</b> Where version 1 goes directly, the device sees the arcs of version 2. If a later arc is refused the device is brought
 * back to where the library believes it to be.
 */
final class RegisterMigration implements MigrationAdapter, MigrationCallbacks.Version1 {
    private static final Logger LOG = LoggerFactory.getLogger(RegisterMigration.class);

    private final MigrationHandler handler;
    private final CallbackGuard guard;
    private final MemorySegment window;

    /** Where the device is; the library is there too whenever a callback has returned, unless going back failed. */
    private MigrationState state = MigrationState.RUNNING;

    /** Bytes of the window the client has yet to consume when saving; -1 if there is no window. */
    private long offered = -1;

    /** End of what it has read of the window. */
    private long consumed;

    private boolean ended;

    RegisterMigration(MigrationHandler handler, CallbackGuard guard, MemorySegment window) {
        this.handler = handler;
        this.guard = guard;
        this.window = window;
    }

    @Override
    public MigrationState state() {
        return state;
    }

    @Override
    public void reset() {
        state = MigrationState.RUNNING;
        forgetWindow();
        ended = false;
    }

    @Override
    public MemorySegment callbacks(Arena arena) {
        return MigrationCallbacks.allocate(this, arena);
    }

    @Override
    public int transition(int code) {
        return guard.status("migration transition", () -> {
            MigrationState target = MigrationState.of(code);
            MigrationState before = state;
            try {
                walk(MigrationPath.between(before, target));
            } catch (RuntimeException | Error refused) {
                goBack(before);
                throw refused;
            }
            boolean goesOnSaving = before == MigrationState.PRE_COPY && target == MigrationState.STOP_AND_COPY;
            if (!goesOnSaving || consumed >= offered) {
                forgetWindow();
            }
            ended = false;
        });
    }

    private void walk(List<MigrationState> path) {
        for (MigrationState next : path) {
            handler.transition(state, next);
            state = next;
        }
    }

    private void goBack(MigrationState before) {
        try {
            walk(MigrationPath.between(state, before));
        } catch (RuntimeException e) {
            LOG.error("the device stays in {}, though its client believes it to be in {}", state, before, e);
        }
    }

    private void forgetWindow() {
        offered = -1;
        consumed = 0;
    }

    @Override
    public long pendingBytes() {
        // Asking again says that the window was taken.
        if (consumed >= offered) {
            forgetWindow();
        }
        long unread = Math.max(0, offered);
        if (unread == 0 && ended && state == MigrationState.STOP_AND_COPY) {
            return 0;
        }
        long estimate = guard.value("migration pending bytes", handler::pendingBytes);
        return Math.max(1, unread + Math.max(0, estimate));
    }

    @Override
    public int prepareData(MemorySegment offset, MemorySegment size) {
        return guard.status("migration prepare", () -> {
            boolean saving = size.address() != 0;
            if (saving) {
                if (offered < 0) {
                    offered = ended ? 0 : MigrationData.checkedRead(handler, window);
                    consumed = 0;
                    ended = state == MigrationState.STOP_AND_COPY && offered < window.byteSize();
                }
                CallbackGuard.sized(size, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, offered);
            }
            CallbackGuard.sized(offset, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, 0);
        });
    }

    @Override
    public long readData(MemorySegment buffer, long count, long offset) {
        return guard.value("migration read", () -> {
            requireInWindow(offset, count);
            MemorySegment.copy(window, offset, CallbackGuard.sized(buffer, count), 0, count);
            consumed = Math.max(consumed, offset + count);
            return count;
        });
    }

    @Override
    public long writeData(MemorySegment buffer, long count, long offset) {
        return guard.value("migration write", () -> {
            requireInWindow(offset, count);
            MemorySegment.copy(CallbackGuard.sized(buffer, count), 0, window, offset, count);
            return count;
        });
    }

    @Override
    public int dataWritten(long count) {
        return guard.status("migration data written", () -> {
            requireInWindow(0, count);
            if (count > 0) {
                handler.write(window.asSlice(0, count).asReadOnly());
            }
        });
    }

    private void requireInWindow(long offset, long count) {
        if (offset < 0 || count < 0 || offset > window.byteSize() - count) {
            throw new VfioUserErrno(
                    Errno.EINVAL, "outside the migration window: offset " + offset + ", count " + count);
        }
    }
}
