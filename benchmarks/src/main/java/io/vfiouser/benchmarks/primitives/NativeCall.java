package io.vfiouser.benchmarks.primitives;

import io.vfiouser.abi.NativeCalls;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.os.EventFd;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to call C from Java, and Java from C, in nanoseconds per call. The function called is {@code labs}, which does next to
 * nothing. The command path makes none of these calls but {@link #interrupt}; they are what a library call per command would add.
 *
 * <ul>
 *   <li>Compare {@link #bound} with {@link #perInstanceAddress}: what it costs to serve several libraries with one set of handles;
 *   <li>either with {@link #critical}: what the transition of the thread's state costs. No function of libvfio-user may be called so;
 *   <li>{@link #perInstanceAddress} with {@link #errnoCapture}: what keeping errno costs;
 *   <li>{@link #libraryFunction} is the product's own way, with a function of libvfio-user that only returns a number.
 * </ul>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms64m", "-Xmx512m"})
@SuppressWarnings({"NullAway.Init", "restricted"}) // JMH calls the set-up first; calling C is what this is about
public class NativeCall {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemorySegment LABS = LINKER.defaultLookup().findOrThrow("labs");
    private static final FunctionDescriptor LABS_SHAPE =
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle BOUND = LINKER.downcallHandle(LABS, LABS_SHAPE);
    private static final MethodHandle UNBOUND = LINKER.downcallHandle(LABS_SHAPE);
    private static final MethodHandle CRITICAL = LINKER.downcallHandle(LABS_SHAPE, Linker.Option.critical(false));
    private static final MethodHandle CAPTURING =
            LINKER.downcallHandle(LABS_SHAPE, Linker.Option.captureCallState("errno"));
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Calls its last argument exactly once if it is given one element. */
    private static final MethodHandle BSEARCH = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("bsearch"),
            FunctionDescriptor.of(
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS));

    private final Arena arena = Arena.ofShared();
    private MemorySegment address;
    private MemorySegment capture;
    private MemorySegment element;
    private MemorySegment stub;
    private NativeCalls library;
    private EventFd event;
    private long number = -7;

    /** Makes a stub, and loads libvfio-user. */
    @Setup
    public void start() throws ReflectiveOperationException {
        // Of this object, not of the class: the compiler cannot know it.
        address = MemorySegment.ofAddress(LABS.address());
        capture = arena.allocate(CAPTURE);
        element = arena.allocate(ValueLayout.JAVA_LONG);
        stub = LINKER.upcallStub(
                MethodHandles.lookup()
                        .findStatic(
                                NativeCall.class,
                                "compare",
                                MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class)),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                arena);
        library = VfioUserLibrary.load().calls();
        event = EventFd.create();
    }

    /** Frees the stub. */
    @TearDown
    public void stop() {
        event.close();
        arena.close();
    }

    @SuppressWarnings("unused") // by the stub
    private static int compare(MemorySegment key, MemorySegment candidate) {
        return 0;
    }

    /** A handle that is bound to its address: the least a call that may take long costs. */
    @Benchmark
    public long bound() throws Throwable {
        return (long) BOUND.invokeExact(number);
    }

    /** A handle that gets the address with each call, as the bindings use them. */
    @Benchmark
    public long perInstanceAddress() throws Throwable {
        return (long) UNBOUND.invokeExact(address, number);
    }

    /** The same without the transition that lets the collector run beside the call. */
    @Benchmark
    public long critical() throws Throwable {
        return (long) CRITICAL.invokeExact(address, number);
    }

    /** The same as {@link #perInstanceAddress} with errno captured, and read. */
    @Benchmark
    public long errnoCapture() throws Throwable {
        long result = (long) CAPTURING.invokeExact(address, capture, number);
        return result + capture.get(ValueLayout.JAVA_INT, ERRNO);
    }

    /** A call from Java to C and from there one to Java: less {@link #bound}, it is the cost of one upcall. */
    @Benchmark
    public MemorySegment upcall() throws Throwable {
        return (MemorySegment) BSEARCH.invokeExact(element, element, 1L, (long) Long.BYTES, stub);
    }

    /** {@code dma_sg_size()} of libvfio-user through the product's own adapter. */
    @Benchmark
    public long libraryFunction() {
        return library.dmaSgSize();
    }

    /** A write to an event descriptor: the system call that an interrupt is, once per batch. */
    @Benchmark
    public void interrupt() {
        event.signal();
    }
}
