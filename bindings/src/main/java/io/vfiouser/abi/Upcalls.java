package io.vfiouser.abi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * Makes the stubs through which libvfio-user calls Java.
 *
 * <p><b>Results</b> are kernel style, as in {@link NativeCalls}: zero or more is the result, less than zero the negative
 * error number. The stub's last act stores it in {@code errno} and returns C's -1, so an errno returned here reaches the
 * client.
 *
 * <p><b>Exceptions</b> end at the stub, since one that reached native code would end the JVM: whatever is thrown, errors
 * included, is logged and becomes {@code EIO} (what has no result is only logged). Callers still handle their own: here
 * nobody knows which context failed.
 *
 * <p><b>Memory</b>: segments arrive with length zero and are valid during the call; the target, in {@code
 * io.vfiouser.server}, reinterprets them to the count it was given. A stub lives as long as the arena it is made in; that
 * arena must outlive the context.
 *
 * <p><b>Threads</b>: targets run on the thread that called the library.
 */
public final class Upcalls {
    private static final ValueLayout P = ValueLayout.ADDRESS;
    private static final ValueLayout L = ValueLayout.JAVA_LONG;
    private static final ValueLayout I = ValueLayout.JAVA_INT;
    private static final ValueLayout Z = ValueLayout.JAVA_BOOLEAN;

    // The first argument is the context: a stub belongs to one, so its target knows it.
    static final FunctionDescriptor LOG = FunctionDescriptor.ofVoid(P, I, P);
    static final FunctionDescriptor REGION_ACCESS = FunctionDescriptor.of(L, P, P, L, L, Z);
    static final FunctionDescriptor QUIESCE = FunctionDescriptor.of(I, P);
    static final FunctionDescriptor RESET = FunctionDescriptor.of(I, P, I);
    static final FunctionDescriptor DMA = FunctionDescriptor.ofVoid(P, P);
    static final FunctionDescriptor IRQ_STATE = FunctionDescriptor.ofVoid(P, I, I, Z);

    private Upcalls() {}

    /** {@code vfu_log_fn_t}. */
    @FunctionalInterface
    public interface Log {
        /** Takes a message of syslog level 0 to 7; {@link CStrings#read} reads the text. */
        void log(int syslogLevel, MemorySegment text);
    }

    /** {@code vfu_region_access_cb_t}. */
    @FunctionalInterface
    public interface RegionAccess {
        /**
         * Reads from, or writes to, a region.
         *
         * @param buffer of {@code count} bytes; to be filled by a read
         * @param offset in the region, checked by the library against its size
         * @return {@code count}, or a negative error number
         */
        long access(MemorySegment buffer, long count, long offset, boolean write);
    }

    /** {@code vfu_device_quiesce_cb_t}. */
    @FunctionalInterface
    public interface Quiesce {
        /** Stops the device: 0 when it has stopped, {@code -EBUSY} if {@link NativeCalls#deviceQuiesced} will follow. */
        int quiesce();
    }

    /** {@code vfu_reset_cb_t}. */
    @FunctionalInterface
    public interface Reset {
        /** Resets the device for one of {@link VfuConstants}' reasons: 0 or a negative error number. */
        int reset(int reason);
    }

    /** {@code vfu_dma_register_cb_t} and {@code vfu_dma_unregister_cb_t}. */
    @FunctionalInterface
    public interface Dma {
        /** Learns of a region, or lets go of it before it returns; {@link DmaInfo#copyOf} reads the structure. */
        void changed(MemorySegment info);
    }

    /** {@code vfu_dev_irq_state_cb_t}. */
    @FunctionalInterface
    public interface IrqState {
        /** Learns that the client masked, or unmasked, {@code count} vectors from {@code first} on. */
        void changed(int first, int count, boolean masked);
    }

    /** A stub for {@link NativeCalls#setupLog}. */
    public static MemorySegment log(Log target, Arena arena) {
        return stub("log", Log.class, target, LOG, arena);
    }

    /** A stub for {@link NativeCalls#setupRegion}. */
    public static MemorySegment regionAccess(RegionAccess target, Arena arena) {
        return stub("regionAccess", RegionAccess.class, target, REGION_ACCESS, arena);
    }

    /** A stub for {@link NativeCalls#setupDeviceQuiesceCb}. */
    public static MemorySegment quiesce(Quiesce target, Arena arena) {
        return stub("quiesce", Quiesce.class, target, QUIESCE, arena);
    }

    /** A stub for {@link NativeCalls#setupDeviceResetCb}. */
    public static MemorySegment reset(Reset target, Arena arena) {
        return stub("reset", Reset.class, target, RESET, arena);
    }

    /** A stub for {@link NativeCalls#setupDeviceDma}. */
    public static MemorySegment dma(Dma target, Arena arena) {
        return stub("dma", Dma.class, target, DMA, arena);
    }

    /** A stub for {@link NativeCalls#setupIrqStateCallback}. */
    public static MemorySegment irqState(IrqState target, Arena arena) {
        return stub("irqState", IrqState.class, target, IRQ_STATE, arena);
    }

    /** A stub that calls {@link UpcallTargets}' method of a name with the target and C's arguments. */
    @SuppressWarnings("restricted") // making stubs is what this class is for
    static <T> MemorySegment stub(String method, Class<T> type, T target, FunctionDescriptor descriptor, Arena arena) {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findStatic(
                            UpcallTargets.class,
                            method,
                            descriptor.toMethodType().insertParameterTypes(0, type))
                    .bindTo(target);
            return Linker.nativeLinker().upcallStub(handle, descriptor, arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("UpcallTargets." + method + " does not fit " + descriptor, e);
        }
    }
}
