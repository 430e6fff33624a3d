package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.os.Errno;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A move that one side refuses: the guest goes on at the source with all it flushed, the other side serves nobody, and the next attempt, where
 * nothing is in its way, succeeds.
 */
@Timeout(60)
class MoveRefusalsTest {
    private static final int FLIPS = 4;

    @TempDir
    private Path folder;

    private RefusedMove moves;

    @BeforeEach
    void prepare() {
        moves = new RefusedMove(folder);
    }

    // ---- the stream ----

    static Stream<UnaryOperator<byte[]>> truncations() {
        return Stream.of(
                stream -> Arrays.copyOf(stream, stream.length - 1),
                stream -> Arrays.copyOf(stream, stream.length / 2),
                stream -> Arrays.copyOf(stream, 1));
    }

    @ParameterizedTest
    @MethodSource("truncations")
    void aTruncatedStreamIsRefused(UnaryOperator<byte[]> truncation) {
        try (NvmeDevice source = moves.source();
                NvmeDevice destination = moves.destination(RamBlockDevice.ofSize(RefusedMove.DISK_BYTES));
                JournalledGuest guest = moves.guest(source)) {
            spoil(guest, source, destination, truncation)
                    .requireReply(Errno.EINVAL, MoveStep.VALIDATE, MoveStep.TAKE_OVER);
            RefusedMove.requireGuestAtSource(guest, destination);
            moves.requireMove(guest, source, destination);
        }
    }

    @Test
    void aFlippedBitIsFoundWhereverItIs() {
        Random random = new Random(4);
        try (NvmeDevice source = moves.source();
                NvmeDevice destination = moves.destination(RamBlockDevice.ofSize(RefusedMove.DISK_BYTES));
                JournalledGuest guest = moves.guest(source)) {
            for (int i = 0; i < FLIPS; i++) {
                // It may make the stream look longer than it is, and then is found only at the end.
                spoil(guest, source, destination, stream -> flipped(stream, random))
                        .requireReply(Errno.EINVAL, MoveStep.LAST_STREAM, MoveStep.VALIDATE, MoveStep.TAKE_OVER);
                RefusedMove.requireGuestAtSource(guest, destination);
            }
            moves.requireMove(guest, source, destination);
        }
    }

    private static byte[] flipped(byte[] stream, Random random) {
        byte[] wrong = stream.clone();
        int at = random.nextInt(wrong.length);
        wrong[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return wrong;
    }

    private static RefusedMove.Attempt spoil(
            JournalledGuest guest, NvmeDevice source, NvmeDevice destination, UnaryOperator<byte[]> how) {
        SpoiltStream stream = new SpoiltStream(guest, destination.socket(), how);
        MoveOutcome outcome = guest.move(source.socket(), stream::connect, JournalledGuest.OPTIONS, stream)
                .outcome();
        assertThat(stream.spoilt()).as("%s", outcome).isTrue();
        return RefusedMove.Attempt.of(outcome);
    }

    // ---- the destination ----

    @Test
    void aDestinationWithTooSmallANamespaceRefuses() {
        try (NvmeDevice source = moves.source();
                NvmeDevice small = moves.destination(RamBlockDevice.ofSize(RefusedMove.DISK_BYTES / 2));
                JournalledGuest guest = moves.guest(source)) {
            RefusedMove.attempt(guest, source, small)
                    .requireReply(Errno.EINVAL, MoveStep.FIRST_COPY, MoveStep.PASSES, MoveStep.LAST_STREAM);
            RefusedMove.requireGuestAtSource(guest, small);
            moves.requireMoveToAnother(guest, source);
        }
    }

    @Test
    void aDestinationWithAnotherStorageModeRefuses() {
        try (NvmeDevice source = moves.source();
                NvmeDevice shared = moves.serve(
                        "destination", RamBlockDevice.ofSize(RefusedMove.DISK_BYTES), StorageMode.SHARED, true);
                JournalledGuest guest = moves.guest(source)) {
            RefusedMove.attempt(guest, source, shared)
                    .requireReply(Errno.EINVAL, MoveStep.FIRST_COPY, MoveStep.PASSES, MoveStep.LAST_STREAM);
            RefusedMove.requireGuestAtSource(guest, shared);
            moves.requireMoveToAnother(guest, source);
        }
    }

    @Test
    void aServerThatHasADiskOfItsOwnRefusesAndKeepsIt() {
        try (NvmeDevice source = moves.source();
                NvmeDevice other =
                        moves.serve("other", RamBlockDevice.ofSize(RefusedMove.DISK_BYTES), StorageMode.COPY, false);
                JournalledGuest guest = moves.guest(source)) {
            RefusedMove.attempt(guest, source, other).requireReply(Errno.EINVAL, MoveStep.RESUMING);
            guest.requireGoingOn();
            ServedDisk.use(other.socket(), Duration.ofSeconds(5));
            moves.requireMoveToAnother(guest, source);
        }
    }
}
