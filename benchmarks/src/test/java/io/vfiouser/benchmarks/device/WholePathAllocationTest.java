package io.vfiouser.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vfiouser.benchmarks.device.SharedGuestRam.Marking;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gate that does not depend on the machine: from the submission entry to the completion nothing is allocated, whatever the command, its size
 * and its data pointer, with guest memory from a client, whose dirty log is off or on; and there is one interrupt per batch.
 *
 * <p>What is compiled provisionally may allocate what the last compiler avoids, and when that has done its work depends on the machine. So
 * batches are measured until there are some thousand commands in a row without a byte. What allocates with every thousandth command, or
 * more often, never gets there.
 */
class WholePathAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long GUEST_BYTES = 36L << 20;
    private static final int BATCH = 32;
    private static final int BATCHES = 150;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    record Command(Operation operation, int sizeBytes, Pointer pointer, Medium medium, Marking marking) {}

    static Stream<Command> commands() {
        List<Command> all = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            if (!operation.transfersBlocks()) {
                all.add(new Command(operation, 4096, Pointer.PRP, Medium.RAM, Marking.LOG_OFF));
                continue;
            }
            for (Pointer pointer : Pointer.values()) {
                all.add(new Command(operation, 512, pointer, Medium.RAM, Marking.LOG_OFF));
                all.add(new Command(operation, 4096, pointer, Medium.NULL, Marking.LOG_ON));
                all.add(new Command(operation, 131_072, pointer, Medium.RAM, Marking.LOG_ON));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void nothingIsAllocatedAndABatchIsOneInterrupt(Command command) {
        SharedGuestRam ram = new SharedGuestRam(GUEST_BYTES, command.marking());
        try (SteppedController controller =
                new SteppedController(command.medium().open(), ram, 1)) {
            CommandStream stream =
                    new CommandStream(controller, command.operation(), command.sizeBytes(), command.pointer());
            long end = System.nanoTime() + PATIENCE_NANOS;
            long allocated;
            do {
                long interrupts = controller.interrupts();
                allocated = bytesOf(controller, stream);
                assertThat(controller.interrupts() - interrupts)
                        .as("interrupts of %d batches", BATCHES)
                        .isEqualTo(BATCHES);
            } while (allocated > 0 && System.nanoTime() - end < 0);
            assertThat(allocated)
                    .as("bytes allocated by %d commands", BATCHES * BATCH)
                    .isZero();
        }
    }

    private static long bytesOf(SteppedController controller, CommandStream stream) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(controller, stream);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void run(SteppedController controller, CommandStream stream) {
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
