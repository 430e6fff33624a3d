package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.memory.GuestRegion;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The program of {@link NoNativeCallsTest}. */
final class DeniedNativeAccess {
    static final String DENIED = "native access is denied";
    static final String COMPLETED = "all commands have completed";

    private static final long GUEST_BYTES = 36L << 20;
    private static final int BATCH = 32;
    private static final int BATCHES = 20;

    private DeniedNativeAccess() {}

    @SuppressWarnings("restricted") // to see that it is refused
    public static void main(String[] arguments) {
        try {
            Linker linker = Linker.nativeLinker();
            var ignored = linker.downcallHandle(linker.defaultLookup().findOrThrow("abs"), FunctionDescriptor.ofVoid());
        } catch (IllegalCallerException expected) {
            System.out.println(DENIED);
        }
        for (Operation operation : Operation.values()) {
            for (Pointer pointer : Pointer.values()) {
                run(operation, 131_072, pointer);
            }
        }
        System.out.println(COMPLETED);
    }

    private static void run(Operation operation, int sizeBytes, Pointer pointer) {
        try (SteppedController controller = new SteppedController(Medium.NULL.open(), new JavaRam(), 1)) {
            CommandStream stream = new CommandStream(controller, operation, sizeBytes, pointer);
            HostRing ring = controller.ring(1);
            for (int batch = 0; batch < BATCHES; batch++) {
                for (int i = 0; i < BATCH; i++) {
                    stream.put(ring);
                }
                ring.ring();
                controller.complete(ring, BATCH);
            }
        }
    }

    /** Guest memory that Java allocates. */
    private static final class JavaRam implements GuestRam {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment memory = arena.allocate(GUEST_BYTES, SteppedController.PAGE_BYTES);

        @Override
        public MemorySegment guestView() {
            return memory;
        }

        @Override
        public long iova(long offset) {
            return offset + SteppedController.PAGE_BYTES;
        }

        @Override
        public List<GuestRegion> regions() {
            return List.of(GuestRegion.of(iova(0), memory));
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
