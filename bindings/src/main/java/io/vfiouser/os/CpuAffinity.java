package io.vfiouser.os;

import io.vfiouser.ffi.posix.cpu_set_t;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** On which processors the calling platform thread may run. Pinning a virtual thread would pin its carrier. */
public final class CpuAffinity {
    private static final MethodHandle SET = Libc.capturing("sched_setaffinity", Shapes.SCHED_SETAFFINITY);
    private static final MethodHandle GET = Libc.capturing("sched_getaffinity", Shapes.SCHED_GETAFFINITY);
    private static final int CALLING_THREAD = 0;
    /** A list of numbers and ranges, such as {@code 0-3,8}. */
    private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

    private CpuAffinity() {}

    /**
     * Lets the calling thread run on one processor only.
     *
     * @throws IllegalArgumentException if there can be no such processor
     * @throws ErrnoException if the machine has no such processor or this process may not use it
     */
    public static void pin(int cpu) {
        if (cpu < 0 || cpu >= cpu_set_t.sizeof() * Byte.SIZE) {
            throw new IllegalArgumentException("no such processor: " + cpu);
        }
        BitSet one = new BitSet();
        one.set(cpu);
        allow(one);
    }

    /**
     * Lets the calling thread run on these processors only.
     *
     * @throws ErrnoException if the machine has none of them or this process may not use them
     */
    public static void allow(BitSet cpus) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread cannot be pinned");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(cpu_set_t.layout());
            byte[] bits = cpus.toByteArray();
            MemorySegment.copy(bits, 0, set, ValueLayout.JAVA_BYTE, 0, bits.length);
            CallState state = CallState.current();
            ErrnoException.check("run on processors " + cpus, state.resultOrError((int)
                    SET.invokeExact(state.capture(), CALLING_THREAD, set.byteSize(), set)));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** The processors that the machine has and that are online, as the kernel says; {@link #allowed} where it does not say. */
    public static BitSet online() {
        try {
            BitSet online = new BitSet();
            for (String range : Files.readString(ONLINE).strip().split(",", -1)) {
                String[] ends = range.split("-", -1);
                online.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
            return online;
        } catch (IOException | NumberFormatException e) {
            return allowed();
        }
    }

    /** The processors the calling thread may run on. */
    public static BitSet allowed() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(cpu_set_t.layout());
            CallState state = CallState.current();
            ErrnoException.check("read the allowed processors", state.resultOrError((int)
                    GET.invokeExact(state.capture(), CALLING_THREAD, set.byteSize(), set)));
            return BitSet.valueOf(set.toArray(ValueLayout.JAVA_BYTE));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
