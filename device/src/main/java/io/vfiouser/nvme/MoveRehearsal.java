package io.vfiouser.nvme;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.controller.QueuePoller;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.CompletionQueueState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.QueuePairState;
import io.vfiouser.nvme.migration.RegisterState;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.server.MigrationState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Moves a controller that nobody uses to and fro within this process, so that the code of a move is loaded and compiled when a guest stands
 * still for one: a JVM executes what it does for the first time many times slower. Once in a process, in the background, bounded in time, by a
 * server that waits for a controller and has nothing else to do.
 */
final class MoveRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(MoveRehearsal.class);
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    /** After so many a move takes a tenth of what the first ones take. */
    private static final int MOVES = 1200;

    private static final Duration LONGEST = Duration.ofSeconds(4);
    private static final BlockIdentity IDENTITY = BlockIdentity.ofName("rehearsal");
    private static final int BLOCKS = 2048;
    private static final int BLOCK_BYTES = 512;
    private static final int QUEUES = 4;
    private static final int ENTRIES = 64;
    private static final int PASSES = 10_000;
    private static final int STREAM_BYTES = 1 << 20;
    private static final long IOVA = 0x1000_0000L;
    private static final int PAGE_BYTES = 4096;
    private static final int CONFIG_BYTES = 4096;
    private static final int MEMORY_BYTES = (4 + 2 * QUEUES) * PAGE_BYTES;

    private MoveRehearsal() {}

    /** Begins one on a thread of its own, unless there was one. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("nvme-move-rehearsal").start(MoveRehearsal::run);
        }
    }

    private static void run() {
        long start = System.nanoTime();
        try {
            int moves = moves(MOVES, LONGEST);
            LOG.debug("{} moves rehearsed in {} ms", moves, (System.nanoTime() - start) / 1_000_000);
        } catch (RuntimeException e) {
            // Moves work without it, only the first ones take longer.
            LOG.warn("moves could not be rehearsed", e);
        }
    }

    /** Makes so many moves, or as many as there is time for. Returns how many. */
    static int moves(int most, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try (Arena arena = Arena.ofShared();
                Stage first = new Stage(arena, false);
                Stage second = new Stage(arena, true)) {
            MemorySegment stream = arena.allocate(STREAM_BYTES);
            first.enable();
            int moves = 0;
            while (moves < most && System.nanoTime() - end < 0) {
                boolean back = moves % 2 != 0;
                move(back ? second : first, back ? first : second, stream);
                moves++;
            }
            return moves;
        }
    }

    private static void move(Stage from, Stage to, MemorySegment stream) {
        to.pause();
        to.migration.transition(MigrationState.RUNNING, MigrationState.STOP);
        to.migration.transition(MigrationState.STOP, MigrationState.RESUME);
        from.pause();
        from.migration.transition(MigrationState.RUNNING, MigrationState.STOP);
        from.migration.transition(MigrationState.STOP, MigrationState.STOP_AND_COPY);
        long length = from.migration.read(stream);
        to.migration.write(stream.asSlice(0, length).asReadOnly());
        to.migration.transition(MigrationState.RESUME, MigrationState.STOP);
        from.migration.transition(MigrationState.STOP_AND_COPY, MigrationState.STOP);
        to.migration.transition(MigrationState.STOP, MigrationState.RUNNING);
        to.controller.resume();
        to.step();
        from.migration.reset();
        from.controller.reset();
        from.controller.resume();
        from.await(() -> !from.controller.inTransition());
    }

    /** A device without threads, transport or guest. */
    private static final class Stage implements AutoCloseable {
        private final NvmSubsystem subsystem;
        private final NvmeController controller;
        private final DeviceMigration migration;

        Stage(Arena arena, boolean incoming) {
            subsystem = NvmSubsystem.builder()
                    .serial("REHEARSAL")
                    .multipleControllers(false)
                    .namespace(NullBlockDevice.of(BLOCKS, BLOCK_BYTES, IDENTITY))
                    .incoming(incoming)
                    .open();
            GuestMemory guest = new GuestMemory();
            guest.publish(RegionTable.of(List.of(GuestRegion.of(IOVA, arena.allocate(MEMORY_BYTES, PAGE_BYTES)))));
            controller = new NvmeController(
                    ControllerOptions.of(1),
                    subsystem,
                    guest,
                    arena.allocate(NvmeController.DOORBELL_BYTES, Long.BYTES),
                    vector -> {},
                    1);
            migration = new DeviceMigration(
                    controller,
                    subsystem,
                    new PciFunction(),
                    StorageMode.SHARED,
                    "rehearsal",
                    NOPLogger.NOP_LOGGER,
                    () -> {});
            migration.connect(new Port(arena.allocate(CONFIG_BYTES)));
        }

        /** Becomes a controller that a host has enabled and given queues. */
        void enable() {
            pause();
            ControllerState none =
                    controller.save(new PciFunction().save(MemorySegment.ofArray(new byte[CONFIG_BYTES])));
            List<SubmissionQueueState> submissions = new ArrayList<>();
            List<CompletionQueueState> completions = new ArrayList<>();
            for (int id = 1; id <= QUEUES; id++) {
                submissions.add(submission(id));
                completions.add(completion(id));
            }
            RegisterState registers = new RegisterState(
                    ControllerConfiguration.USUAL | ControllerConfiguration.EN,
                    true,
                    false,
                    false,
                    false,
                    AdminQueueAttributes.of(ENTRIES, ENTRIES),
                    submission(0).base(),
                    completion(0).base(),
                    0);
            controller.restore(
                    new ControllerState(
                            none.limits(),
                            registers,
                            Optional.of(new QueuePairState(submission(0), completion(0))),
                            submissions,
                            completions,
                            none.doorbellBuffers(),
                            none.features(),
                            none.events(),
                            none.commands(),
                            none.completions(),
                            none.pendingInterrupts(),
                            none.logs(),
                            none.clocks(),
                            none.namespaces(),
                            none.pci()),
                    StorageMode.SHARED);
            controller.resume();
            step();
        }

        private static SubmissionQueueState submission(int id) {
            long base = IOVA + 2L * id * PAGE_BYTES;
            return new SubmissionQueueState(id, base, ENTRIES, true, 0, id, 0, 0, List.of());
        }

        private static CompletionQueueState completion(int id) {
            long base = IOVA + (2L * id + 1) * PAGE_BYTES;
            return new CompletionQueueState(id, base, ENTRIES, true, true, id, 0, 0, true);
        }

        void pause() {
            controller.pause(true);
            await(controller::paused);
        }

        void await(BooleanSupplier condition) {
            for (int i = 0; i < PASSES && !condition.getAsBoolean(); i++) {
                step();
            }
        }

        void step() {
            int ignored = controller.doWork();
            for (QueuePoller poller : controller.pollers()) {
                ignored = poller.doWork();
            }
        }

        @Override
        public void close() {
            controller.drain();
            await(controller::paused);
            controller.close();
            subsystem.close();
        }
    }

    private record Port(MemorySegment configSpace) implements FunctionPort {
        @Override
        public List<Integer> pendingVectors() {
            return List.of();
        }
    }
}
