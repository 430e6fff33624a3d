package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.os.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stubs called the way C calls them, with {@code errno} captured at the return. */
@SuppressWarnings("restricted")
class UpcallsTest {
    private static final MemorySegment CONTEXT = MemorySegment.ofAddress(0x77);

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment capture = arena.allocate(Linker.Option.captureStateLayout());

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void argumentsArriveAndResultsReturn() {
        List<Object> seen = new ArrayList<>();
        MemorySegment stub = Upcalls.regionAccess(
                (buffer, count, offset, write) -> {
                    seen.addAll(List.of(buffer.address(), buffer.byteSize(), count, offset, write));
                    return count;
                },
                arena);

        Object result = call(Upcalls.REGION_ACCESS, stub, CONTEXT, MemorySegment.ofAddress(0x99), 8L, 1L << 40, true);

        assertThat(result).isEqualTo(8L);
        assertThat(seen).containsExactly(0x99L, 0L, 8L, 1L << 40, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 11, 12, 13, 14, 16, 17, 19, 22, 28, 32, 38, 95, 110, 133})
    void aNegativeResultBecomesMinusOneAndErrno(int errno) {
        assertFails(errno, Upcalls.QUIESCE, Upcalls.quiesce(() -> -errno, arena), CONTEXT);
        assertFails(errno, Upcalls.RESET, Upcalls.reset(_ -> -errno, arena), CONTEXT, 1);
        assertFails(
                errno,
                Upcalls.REGION_ACCESS,
                Upcalls.regionAccess((_, _, _, _) -> -errno, arena),
                CONTEXT,
                CONTEXT,
                1L,
                0L,
                false);
    }

    /** Between the stub's last act and C's look at {@code errno} the JVM may collect garbage, or compile the stub. */
    @Test
    void errnoSurvivesGarbageCollectionAndCompilation() throws Throwable {
        Object[] garbage = new Object[64];
        int[] call = new int[1];
        MemorySegment stub = Upcalls.quiesce(
                () -> {
                    garbage[call[0] & 63] = new byte[4096];
                    return -(1 + call[0] % 130);
                },
                arena);
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(stub, Upcalls.QUIESCE, Linker.Option.captureCallState("errno"));
        for (call[0] = 0; call[0] < 300_000; call[0]++) {
            int result = (int) handle.invokeExact(capture, CONTEXT);
            if (result != -1 || ErrnoCapture.errno(capture) != 1 + call[0] % 130) {
                throw new AssertionError("call " + call[0] + ": " + result + ", " + ErrnoCapture.errno(capture));
            }
        }
        assertThat(garbage).doesNotContainNull();
    }

    @Test
    void whateverIsThrownBecomesEio() {
        assertThrowing(new IllegalStateException("tested"));
        assertThrowing(new OutOfMemoryError("tested"));
        assertThrowing(new StackOverflowError("tested"));
        assertThrowing(new InternalError("a guest's memory went away, tested"));
    }

    @Test
    void aStackOverflowInsideATargetIsSurvived() {
        assertFails(Errno.EIO, Upcalls.QUIESCE, Upcalls.quiesce(UpcallsTest::endless, arena), CONTEXT);
    }

    @Test
    void callbacksWithoutResultSwallowWhatIsThrown() {
        RuntimeException tested = new IllegalStateException("tested");
        call(Upcalls.DMA, Upcalls.dma(_ -> raise(tested), arena), CONTEXT, CONTEXT);
        call(Upcalls.LOG, Upcalls.log((_, _) -> raise(tested), arena), CONTEXT, 3, CONTEXT);
        call(Upcalls.IRQ_STATE, Upcalls.irqState((_, _, _) -> raise(tested), arena), CONTEXT, 0, 1, true);
    }

    @Test
    void migrationCallbacksReportFailuresAndOnlyPendingBytesCannot() {
        MemorySegment one = MigrationCallbacks.allocate(new FailingOne(), arena);
        assertFails(Errno.EIO, MigrationCallbacks.TRANSITION, pointer(one, 1), CONTEXT, 1);
        assertThat(call(MigrationCallbacks.PENDING_BYTES, pointer(one, 2), CONTEXT))
                .isEqualTo(1L);
        assertFails(Errno.ENOSPC, MigrationCallbacks.PREPARE_DATA, pointer(one, 3), CONTEXT, CONTEXT, CONTEXT);
        assertFails(Errno.EPERM, MigrationCallbacks.WINDOW_DATA, pointer(one, 4), CONTEXT, CONTEXT, 4L, 8L);
        assertFails(Errno.EINVAL, MigrationCallbacks.WINDOW_DATA, pointer(one, 5), CONTEXT, CONTEXT, 4L, 8L);
        assertFails(Errno.EBUSY, MigrationCallbacks.DATA_WRITTEN, pointer(one, 6), CONTEXT, 4L);

        MemorySegment two = MigrationCallbacks.allocate(new FailingTwo(), arena);
        assertFails(Errno.EIO, MigrationCallbacks.TRANSITION, pointer(two, 1), CONTEXT, 1);
        assertFails(Errno.EPERM, MigrationCallbacks.STREAM_DATA, pointer(two, 2), CONTEXT, CONTEXT, 4L);
        assertFails(Errno.EINVAL, MigrationCallbacks.STREAM_DATA, pointer(two, 3), CONTEXT, CONTEXT, 4L);
    }

    @Test
    void moreMigrationDataThanAskedForIsAnError() {
        MemorySegment two = MigrationCallbacks.allocate(
                new SilentMigration.Two() {
                    @Override
                    public long readData(MemorySegment buffer, long count) {
                        return count + 1;
                    }
                },
                arena);
        assertFails(Errno.EIO, MigrationCallbacks.STREAM_DATA, pointer(two, 2), CONTEXT, CONTEXT, 4L);
    }

    @Test
    void textsAreReadUpToTheirEndOrTheLimit() {
        MemorySegment text =
                MemorySegment.ofAddress(arena.allocateFrom("größer").address());
        assertThat(CStrings.read(text, 100)).isEqualTo("größer");
        assertThat(CStrings.read(text, 2)).isEqualTo("gr");
    }

    private static MemorySegment pointer(MemorySegment callbacks, int index) {
        return callbacks.get(ValueLayout.ADDRESS, (long) index * Long.BYTES);
    }

    private void assertThrowing(Throwable thrown) {
        assertFails(
                Errno.EIO,
                Upcalls.RESET,
                Upcalls.reset(
                        _ -> {
                            raise(thrown);
                            return 0;
                        },
                        arena),
                CONTEXT,
                0);
    }

    private void assertFails(int errno, FunctionDescriptor shape, MemorySegment stub, Object... arguments) {
        assertThat(((Number) call(shape, stub, arguments)).longValue()).isEqualTo(-1);
        assertThat(ErrnoCapture.errno(capture)).isEqualTo(errno);
    }

    private Object call(FunctionDescriptor shape, MemorySegment stub, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(capture));
        all.addAll(List.of(arguments));
        try {
            return Linker.nativeLinker()
                    .downcallHandle(stub, shape, Linker.Option.captureCallState("errno"))
                    .invokeWithArguments(all);
        } catch (Throwable t) {
            throw new AssertionError("something left a stub", t);
        }
    }

    @SuppressWarnings("InfiniteRecursion") // the point
    private static int endless() {
        return endless() + 1;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static final class FailingOne extends SilentMigration.One {
        @Override
        public int transition(int state) {
            throw new IllegalStateException("tested");
        }

        @Override
        public long pendingBytes() {
            throw new IllegalStateException("tested");
        }

        @Override
        public int prepareData(MemorySegment offset, MemorySegment size) {
            return -Errno.ENOSPC;
        }

        @Override
        public long readData(MemorySegment buffer, long count, long offset) {
            return -Errno.EPERM;
        }

        @Override
        public long writeData(MemorySegment buffer, long count, long offset) {
            return -Errno.EINVAL;
        }

        @Override
        public int dataWritten(long count) {
            return -Errno.EBUSY;
        }
    }

    private static final class FailingTwo extends SilentMigration.Two {
        @Override
        public int transition(int state) {
            throw new IllegalStateException("tested");
        }

        @Override
        public long readData(MemorySegment buffer, long count) {
            return -Errno.EPERM;
        }

        @Override
        public long writeData(MemorySegment buffer, long count) {
            return -Errno.EINVAL;
        }
    }
}
