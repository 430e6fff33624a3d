package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.FaultInjectingBlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.os.Errno;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A move that what is behind one side does not allow, for now: the guest goes on at the source with all it flushed, the other side serves
 * nobody, and the next attempt succeeds.
 */
@Timeout(60)
class MoveBackEndFaultsTest {
    @TempDir
    private Path folder;

    private RefusedMove moves;

    @BeforeEach
    void prepare() {
        moves = new RefusedMove(folder);
    }

    @Test
    void aDestinationWithoutSpaceRefusesUntilItHasSome() {
        AtomicBoolean full = new AtomicBoolean(true);
        FaultInjectingBlockDevice device = new FaultInjectingBlockDevice(
                        RamBlockDevice.ofSize(RefusedMove.DISK_BYTES), 1)
                .fails(request ->
                        full.get() && request.operation() == Operation.WRITE ? BlockStatus.NO_SPACE : BlockStatus.OK);
        try (NvmeDevice source = moves.source();
                NvmeDevice destination = moves.destination(device);
                JournalledGuest guest = moves.guest(source)) {
            requireNoSpace(RefusedMove.attempt(guest, source, destination));
            RefusedMove.requireGuestAtSource(guest, destination);
            full.set(false);
            moves.requireMove(guest, source, destination);
        }
    }

    private static void requireNoSpace(RefusedMove.Attempt attempt) {
        attempt.requireReply(
                Errno.EINVAL,
                MoveStep.FIRST_COPY,
                MoveStep.PASSES,
                MoveStep.LAST_STREAM,
                MoveStep.VALIDATE,
                MoveStep.TAKE_OVER);
    }

    /** With a file system that really is full; only a superuser can have one made. */
    @Test
    void aDestinationOnAFullFileSystemRefusesUntilThereIsRoom() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + RefusedMove.DISK_BYTES, "tmpfs", small.toString()),
                "mounting a file system needs a superuser");
        try {
            Path filler = small.resolve("filler");
            Path image = sparse(small.resolve("disk.img"));
            Path original = sparse(folder.resolve("disk.img"));
            Files.write(filler, new byte[RefusedMove.DISK_BYTES - (64 << 10)]);
            try (NvmeDevice source = moves.serve("source", FileBlockDevice.open(original), StorageMode.COPY, false);
                    NvmeDevice destination = moves.destination(FileBlockDevice.open(image));
                    JournalledGuest guest = moves.guest(source)) {
                requireNoSpace(RefusedMove.attempt(guest, source, destination));
                RefusedMove.requireGuestAtSource(guest, destination);
                Files.delete(filler);
                moves.requireMove(guest, source, destination);
            }
        } finally {
            assertThat(run("umount", small.toString())).isTrue();
        }
    }

    private static Path sparse(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(RefusedMove.DISK_BYTES);
        }
        return image;
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** The back end lets go a while after the move was given up. */
    @ParameterizedTest
    @EnumSource(names = {"PRE_COPY", "STOP_COPY"})
    void aSourceWhoseBackEndDoesNotLetGoIsBusyAndMovesWhenItDoes(MoveStep step) {
        moveWhile(new SlowBackEnd(step, true), step, MoveOptions.defaults());
    }

    /** Longer than the mover waits for the source to go back: it is the owner in whatever state it is. */
    @ParameterizedTest
    @EnumSource(names = {"PRE_COPY", "STOP_COPY"})
    @Tag("soak")
    void aSourceWhoseBackEndDoesNotLetGoForLongIsTheOwnerStill(MoveStep step) {
        moveWhile(new SlowBackEnd(step, false), step, JournalledGuest.OPTIONS.withDowntime(Duration.ofMillis(300)));
    }

    private void moveWhile(SlowBackEnd slow, MoveStep step, MoveOptions options) {
        try (NvmeDevice source = moves.serve("source", slow.device, StorageMode.COPY, false);
                NvmeDevice destination = moves.destination(RamBlockDevice.ofSize(RefusedMove.DISK_BYTES));
                JournalledGuest guest = moves.guest(source)) {
            try {
                MoveOutcome outcome = guest.move(
                                source.socket(), () -> VfioUserClient.connect(destination.socket()), options, slow)
                        .outcome();
                RefusedMove.Attempt.of(outcome).requireReply(Errno.EBUSY, step);
            } finally {
                slow.slow = false;
            }
            RefusedMove.requireGuestAtSource(guest, destination);
            moves.requireMove(guest, source, destination);
        }
    }

    /** Keeps what it has from some step of a move on, until a while after that was given up or it is told to let go. */
    private static final class SlowBackEnd implements StepListener {
        private static final long RECOVERS_AFTER_MILLIS = 200;

        private final MoveStep begins;
        private final AtomicInteger kept = new AtomicInteger();
        private final BlockDevice device;
        private final boolean recovers;
        private volatile boolean slow;

        SlowBackEnd(MoveStep fails, boolean recovers) {
            this.recovers = recovers;
            // While the guest runs, so that there is something to keep.
            begins = fails == MoveStep.STOP_COPY ? MoveStep.PAUSE : fails;
            device = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(RefusedMove.DISK_BYTES), 1)
                    .refusesCancel(true)
                    .holds(request -> slow && kept.incrementAndGet() > 0);
        }

        @Override
        public void before(MoveStep step) {
            if (step == MoveStep.ROLL_BACK && recovers) {
                CompletableFuture.delayedExecutor(RECOVERS_AFTER_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> slow = false);
            } else if (step == begins && kept.get() == 0) {
                slow = true;
                JournalledGuest.await("a request that the back end keeps", () -> kept.get() > 0);
            }
        }
    }
}
