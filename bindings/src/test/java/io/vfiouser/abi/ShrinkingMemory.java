package io.vfiouser.abi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A program of its own, since it may crash: C calls a callback that reads mapped memory, often enough to be compiled, then
 * the memory goes away. Prints how many of the calls after that were reported to C as EIO.
 */
@SuppressWarnings("restricted")
final class ShrinkingMemory {
    static final int CALLS_AFTER = 200;
    private static final int SIZE_BYTES = 8192;
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_BOOLEAN),
                    Linker.Option.captureCallState("errno"));

    private ShrinkingMemory() {}

    /** Arguments: calls before the memory goes, {@code load} or {@code store}. */
    public static void main(String[] arguments) throws IOException {
        int callsBefore = Integer.parseInt(arguments[0]);
        boolean store = arguments[1].equals("store");
        Path file = Files.createTempFile("shrinking", null);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            channel.write(ByteBuffer.allocate(SIZE_BYTES));
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE_BYTES, arena);
            MemorySegment stub = Upcalls.regionAccess(
                    (_, count, offset, _) -> {
                        if (store) {
                            memory.set(ValueLayout.JAVA_LONG, offset, count);
                            return count;
                        }
                        return memory.get(ValueLayout.JAVA_LONG, offset) == 0 ? count : 0;
                    },
                    arena);
            for (int i = 0; i < callsBefore; i++) {
                call(stub);
            }
            channel.truncate(0);
            int failures = 0;
            for (int i = 0; i < CALLS_AFTER; i++) {
                failures += call(stub) == -1 ? 1 : 0;
            }
            System.out.println("failures " + failures);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static long call(MemorySegment stub) {
        try {
            return (long) CALL.invokeExact(
                    stub, ErrnoCapture.current(), MemorySegment.NULL, MemorySegment.NULL, 8L, 4096L, false);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
