package io.vfiouser.nvme.block;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * How much the current thread has allocated. The interface that tells lies in a module this one does not read, and should not
 * have to for a test's sake: so it is looked up by name.
 */
public final class ThreadAllocation {
    private static final MethodHandle ALLOCATED = find();

    private ThreadAllocation() {}

    /** Bytes allocated by this thread since it started; asking allocates nothing. */
    public static long bytes() {
        try {
            return (long) ALLOCATED.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError("the virtual machine does not count allocations", t);
        }
    }

    private static MethodHandle find() {
        try {
            Class<?> beans = Class.forName("java.lang.management.ManagementFactory");
            Object threads = beans.getMethod("getThreadMXBean").invoke(null);
            return MethodHandles.publicLookup()
                    .findVirtual(
                            Class.forName("com.sun.management.ThreadMXBean"),
                            "getCurrentThreadAllocatedBytes",
                            MethodType.methodType(long.class))
                    .bindTo(threads);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
