package io.vfiouser.abi;

import io.vfiouser.ffi.v01.vfu_migration_callbacks_t;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Builds {@code vfu_migration_callbacks_t}: 56 bytes and six callbacks for migration version 1, 32 bytes and three for
 * version 2. {@link Upcalls} says what holds for results, exceptions, memory and threads.
 */
public final class MigrationCallbacks {
    private static final ValueLayout P = ValueLayout.ADDRESS;
    private static final ValueLayout L = ValueLayout.JAVA_LONG;
    private static final ValueLayout I = ValueLayout.JAVA_INT;

    static final FunctionDescriptor TRANSITION = FunctionDescriptor.of(I, P, I);
    static final FunctionDescriptor PENDING_BYTES = FunctionDescriptor.of(L, P);
    static final FunctionDescriptor PREPARE_DATA = FunctionDescriptor.of(I, P, P, P);
    static final FunctionDescriptor DATA_WRITTEN = FunctionDescriptor.of(I, P, L);
    static final FunctionDescriptor WINDOW_DATA = FunctionDescriptor.of(L, P, P, L, L);
    static final FunctionDescriptor STREAM_DATA = FunctionDescriptor.of(L, P, P, L);

    private MigrationCallbacks() {}

    /** What both versions have. */
    public sealed interface Transition permits Version1, Version2 {
        /**
         * Enters a state.
         *
         * @param state one of {@link VfuConstants}'; 0.1 hands in -1 as well, for a state that is none: refuse it
         * @return 0 or a negative error number
         */
        int transition(int state);
    }

    /** The callbacks of migration version 1: data in a window of the migration region. */
    public non-sealed interface Version1 extends Transition {
        /** How much there is to send; 0 says for good, until the next transition, that all was sent. Cannot fail. */
        long pendingBytes();

        /**
         * Makes data ready: sets where in the window, from the data offset on, it begins and how much it is.
         *
         * @param offset of 8 bytes, to be set
         * @param size of 8 bytes, to be set; <b>NULL</b> when resuming
         * @return 0 or a negative error number
         */
        int prepareData(MemorySegment offset, MemorySegment size);

        /** Fills a buffer of {@code count} bytes with data from an offset in the window; returns {@code count}. */
        long readData(MemorySegment buffer, long count, long offset);

        /** Takes {@code count} bytes for an offset in the window; returns {@code count}. */
        long writeData(MemorySegment buffer, long count, long offset);

        /** Learns that the client has written {@code count} bytes into the window: 0 or a negative error number. */
        int dataWritten(long count);
    }

    /** The callbacks of migration version 2: a stream. */
    public non-sealed interface Version2 extends Transition {
        /** Fills a buffer with at most {@code count} bytes; returns how many, 0 if there are none left. */
        long readData(MemorySegment buffer, long count);

        /** Takes all of {@code count} bytes; returns {@code count}: anything else is an error. */
        long writeData(MemorySegment buffer, long count);
    }

    /** The structure for a library whose {@link AbiLevel#migrationVersion} is 1. */
    public static MemorySegment allocate(Version1 target, Arena arena) {
        MemorySegment callbacks = vfu_migration_callbacks_t.allocate(arena);
        vfu_migration_callbacks_t.version(callbacks, AbiLevel.V0_1.migrationVersion());
        vfu_migration_callbacks_t.transition(callbacks, transition(target, arena));
        vfu_migration_callbacks_t.get_pending_bytes(callbacks, version1("pendingBytes", PENDING_BYTES, target, arena));
        vfu_migration_callbacks_t.prepare_data(callbacks, version1("prepareData", PREPARE_DATA, target, arena));
        vfu_migration_callbacks_t.read_data(callbacks, version1("readData1", WINDOW_DATA, target, arena));
        vfu_migration_callbacks_t.write_data(callbacks, version1("writeData1", WINDOW_DATA, target, arena));
        vfu_migration_callbacks_t.data_written(callbacks, version1("dataWritten", DATA_WRITTEN, target, arena));
        return callbacks;
    }

    /** The structure for a library whose {@link AbiLevel#migrationVersion} is 2. */
    public static MemorySegment allocate(Version2 target, Arena arena) {
        MemorySegment callbacks = io.vfiouser.ffi.v02b.vfu_migration_callbacks_t.allocate(arena);
        io.vfiouser.ffi.v02b.vfu_migration_callbacks_t.version(callbacks, AbiLevel.V0_2B.migrationVersion());
        io.vfiouser.ffi.v02b.vfu_migration_callbacks_t.transition(callbacks, transition(target, arena));
        io.vfiouser.ffi.v02b.vfu_migration_callbacks_t.read_data(
                callbacks, Upcalls.stub("readData2", Version2.class, target, STREAM_DATA, arena));
        io.vfiouser.ffi.v02b.vfu_migration_callbacks_t.write_data(
                callbacks, Upcalls.stub("writeData2", Version2.class, target, STREAM_DATA, arena));
        return callbacks;
    }

    private static MemorySegment transition(Transition target, Arena arena) {
        return Upcalls.stub("transition", Transition.class, target, TRANSITION, arena);
    }

    private static MemorySegment version1(String method, FunctionDescriptor descriptor, Version1 target, Arena arena) {
        return Upcalls.stub(method, Version1.class, target, descriptor, arena);
    }
}
