package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.FaultInjectingBlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sender sends and a receiver stores is the same in the end, whatever the guest does meanwhile. */
@Timeout(60)
class NamespaceCopyTest {
    private static final int BYTES = 3 << 20;
    private static final int PASSES = 4;

    @TempDir
    private Path folder;

    private static NamespaceSender sender(ContentSource... sources) {
        return new NamespaceSender(List.of(sources), Optional::empty);
    }

    private static NamespaceReceiver receiver(ContentDisk... disks) {
        return new NamespaceReceiver((id, blockBytes, blockCount) -> disks[id - 1].device());
    }

    /** Everything that is there, with a guest that does something before each frame. */
    private static void copyPass(NamespaceSender sender, NamespaceReceiver receiver, Runnable guest) {
        int pass = 0;
        while (pass == 0) {
            guest.run();
            Frame frame = sender.next();
            if (frame != null) {
                receiver.take(frame);
                pass = frame instanceof Frame.PassEnd end ? end.number() : 0;
            }
        }
    }

    private static void copyRest(NamespaceSender sender, NamespaceReceiver receiver) {
        sender.finish();
        while (!sender.complete()) {
            Frame frame = sender.next();
            if (frame != null) {
                receiver.take(frame);
            }
        }
        assertThat(sender.remainingBytes()).isZero();
        receiver.finish();
    }

    private BlockDevice device(String kind, int blockBytes, String name) throws IOException {
        return switch (kind) {
            case "ram" ->
                RamBlockDevice.builder(BYTES).blockSizeBytes(blockBytes).build();
            case "slow" ->
                new FaultInjectingBlockDevice(
                                RamBlockDevice.builder(BYTES)
                                        .blockSizeBytes(blockBytes)
                                        .build(),
                                7)
                        .delays(5);
            default ->
                FileBlockDevice.builder(image(name, BYTES))
                        .blockSizeBytes(blockBytes)
                        .open();
        };
    }

    @ParameterizedTest
    @CsvSource({
        "ram, 512, ram, 512, 512",
        "file, 512, file, 4096, 4096",
        "slow, 512, slow, 512, 4096",
        "ram, 4096, file, 512, 4096",
        "file, 512, slow, 512, 512"
    })
    void theCopyHasEveryChangeOfAGuestThatGoesOn(String from, int fromBytes, String to, int toBytes, int logicalBytes)
            throws IOException {
        SplittableRandom random = new SplittableRandom(logicalBytes + fromBytes);
        try (ContentDisk source = new ContentDisk(device(from, fromBytes, "source"), logicalBytes);
                ContentDisk destination = new ContentDisk(device(to, toBytes, "destination"), logicalBytes)) {
            for (int i = 0; i < 60; i++) {
                source.change(random);
                // What was there before must not shine through.
                destination.change(random);
            }
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                for (int i = 0; i < PASSES; i++) {
                    copyPass(sender, receiver, () -> source.change(random));
                }
                // After the last pass and before the guest stops, too.
                source.change(random);
                assertThat(sender.remainingBytes()).isPositive();
                copyRest(sender, receiver);
            }
            assertThat(source.changes().started()).isFalse();
            destination.assertHasContentOf(source);
        }
    }

    @Test
    void aStoppedGuestIsCopiedInOnePass() throws IOException {
        try (ContentDisk one = new ContentDisk(device("ram", 512, ""), 512);
                ContentDisk two = new ContentDisk(device("file", 512, "two"), 4096);
                ContentDisk first = new ContentDisk(device("file", 512, "first"), 512);
                ContentDisk second = new ContentDisk(device("ram", 512, ""), 4096)) {
            one.write(3, 2000, 1);
            two.write(1024, 512, 2);
            NamespaceReceiver receiver = receiver(first, second);
            try (NamespaceSender sender = sender(one.source(1), two.source(2))) {
                copyRest(sender, receiver);
                assertThat(sender.pass()).isEqualTo(1);
                assertThat(sender.next()).isNull();
            }
            first.assertHasContentOf(one);
            second.assertHasContentOf(two);
        }
    }

    @Test
    void aGuestOnAnotherThreadLosesNothing() throws InterruptedException, IOException {
        try (ContentDisk source = new ContentDisk(device("ram", 512, ""), 512);
                ContentDisk destination = new ContentDisk(device("ram", 512, ""), 512)) {
            NamespaceReceiver receiver = receiver(destination);
            AtomicBoolean stop = new AtomicBoolean();
            try (NamespaceSender sender = sender(source.source(1))) {
                Thread guest = Thread.ofPlatform().start(() -> {
                    SplittableRandom random = new SplittableRandom(11);
                    for (int i = 0; i < 50_000 && !stop.get(); i++) {
                        source.change(random);
                    }
                });
                for (int i = 0; i < 20; i++) {
                    for (Frame frame = sender.next(); frame != null; frame = sender.next()) {
                        receiver.take(frame);
                    }
                }
                stop.set(true);
                guest.join();
                copyRest(sender, receiver);
            }
            destination.assertHasContentOf(source);
        }
    }

    @Test
    void holesStayHoles() throws IOException {
        long bytes = 64L << 20;
        Path from = image("from", bytes);
        Path to = image("to", bytes);
        try (ContentDisk source = new ContentDisk(FileBlockDevice.open(from), 512);
                ContentDisk destination = new ContentDisk(FileBlockDevice.open(to), 512)) {
            source.write(0, 256, 1);
            source.write(100_000, 128, 2);
            source.write(bytes / 512 - 8, 8, 3);
            // Old content goes.
            destination.write(50_000, 4096, 4);
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                copyPass(sender, receiver, () -> {});
                assertThat(destination.allocatedBytes()).isEqualTo(source.allocatedBytes());
                // What the guest gives back meanwhile becomes a hole there, too; what never was written stays one.
                source.deallocate(0, 256);
                source.deallocate(70_000, 2048);
                source.write(80_000, 64, 5);
                copyRest(sender, receiver);
            }
            destination.assertHasContentOf(source);
            assertThat(destination.allocatedBytes()).isEqualTo(source.allocatedBytes());
        }
    }

    @Test
    void whatKeepsNothingIsCopiedWhateverItsSize() {
        long blocks = Long.MAX_VALUE / 4096;
        try (ContentDisk source = new ContentDisk(NullBlockDevice.of(blocks, 512), 512);
                ContentDisk destination = new ContentDisk(NullBlockDevice.of(blocks, 512), 512)) {
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                copyPass(sender, receiver, () -> {});
                source.write(blocks - 8, 8, 1);
                copyRest(sender, receiver);
            }
        }
    }

    @Test
    void aLargerDestinationIsZeroBeyondTheEnd() throws IOException {
        try (ContentDisk source = new ContentDisk(device("ram", 512, ""), 512);
                ContentDisk destination = new ContentDisk(FileBlockDevice.open(image("to", 2L * BYTES)), 512)) {
            destination.write(2L * BYTES / 512 - 1, 1, 1);
            source.write(0, 8, 2);
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                copyRest(sender, receiver);
            }
            destination.assertHasContentOf(source);
            assertThat(destination.read(2L * BYTES - 512, 512)).containsOnly(0);
        }
    }

    @Test
    void aSlowSourceHoldsNobodyUpBeforeTheEnd() {
        AtomicBoolean stuck = new AtomicBoolean(true);
        FaultInjectingBlockDevice slow = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(BYTES), 3);
        try (ContentDisk source = new ContentDisk(slow, 512);
                ContentDisk destination = new ContentDisk(RamBlockDevice.ofSize(BYTES), 512)) {
            source.write(0, 1000, 1);
            slow.holds(r -> r.operation() == Operation.READ && stuck.get());
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                assertThat(sender.next()).isInstanceOf(Frame.Namespace.class);
                assertThat(sender.next()).isNull();
                assertThat(sender.next()).isNull();
                assertThat(sender.complete()).isFalse();
                receiver.take(new Frame.Namespace(1, 512, BYTES / 512));
                stuck.set(false);
                copyRest(sender, receiver);
            }
            destination.assertHasContentOf(source);
        }
    }

    @Test
    void whatCannotBeReadIsNamed() {
        FaultInjectingBlockDevice bad = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(BYTES), 3);
        try (ContentDisk source = new ContentDisk(bad, 4096)) {
            source.write(1024, 8, 1);
            bad.fails(r -> r.operation() == Operation.READ ? BlockStatus.READ_ERROR : BlockStatus.OK);
            try (NamespaceSender sender = sender(source.source(5))) {
                assertThatThrownBy(() -> drain(sender))
                        .isInstanceOf(StateRefusedException.class)
                        .hasMessageContaining("namespace 5")
                        .hasMessageContaining("block 128")
                        .hasMessageContaining("medium has an error");
            }
        }
    }

    @Test
    void whatCannotBeWrittenIsNamedAndRefusedFromThenOn() {
        FaultInjectingBlockDevice full = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(BYTES), 3).delays(2);
        try (ContentDisk source = new ContentDisk(RamBlockDevice.ofSize(BYTES), 512);
                ContentDisk destination = new ContentDisk(full, 512)) {
            source.write(0, 4000, 1);
            full.fails(r -> r.operation() == Operation.WRITE ? BlockStatus.NO_SPACE : BlockStatus.OK);
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                assertThatThrownBy(() -> copyRest(sender, receiver))
                        .isInstanceOf(StateRefusedException.class)
                        .hasMessageContaining("namespace 1 cannot be written at block")
                        .hasMessageContaining("is full");
            }
            assertThatThrownBy(() -> receiver.take(new Frame.PassEnd(1))).hasMessageContaining("is full");
            assertThatThrownBy(receiver::finish).hasMessageContaining("is full");
            receiver.abort();
            receiver.abort();
        }
    }

    @Test
    void aFlushThatFailsIsAFailure() {
        FaultInjectingBlockDevice bad = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(BYTES), 3);
        try (ContentDisk destination = new ContentDisk(bad, 512)) {
            bad.fails(r -> r.operation() == Operation.FLUSH ? BlockStatus.WRITE_ERROR : BlockStatus.OK);
            NamespaceReceiver receiver = receiver(destination);
            receiver.take(new Frame.Namespace(1, 512, 8));
            assertThatThrownBy(receiver::finish).hasMessageContaining("come to an end");
            receiver.abort();
            NamespaceReceiver another = receiver(destination);
            another.take(new Frame.Namespace(1, 512, 8));
            another.take(new Frame.PassEnd(1));
            assertThatThrownBy(another::finish)
                    .isInstanceOf(StateRefusedException.class)
                    .hasMessageContaining("made durable");
            another.abort();
        }
    }

    @Test
    void anAbortedCopyLeavesTheSourceAsItWasAndCanBeMadeAgain() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        try (ContentDisk source = new ContentDisk(device("file", 512, "a"), 512);
                ContentDisk destination = new ContentDisk(device("ram", 512, ""), 512)) {
            source.write(0, 4000, 1);
            NamespaceReceiver aborted = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                for (int i = 0; i < 4; i++) {
                    @Nullable Frame frame = sender.next();
                    if (frame != null) {
                        aborted.take(frame);
                    }
                }
            }
            aborted.abort();
            source.change(random);
            NamespaceReceiver receiver = receiver(destination);
            try (NamespaceSender sender = sender(source.source(1))) {
                copyPass(sender, receiver, () -> source.change(random));
                copyRest(sender, receiver);
            }
            destination.assertHasContentOf(source);
        }
    }

    private static List<Frame> drain(NamespaceSender sender) {
        List<Frame> frames = new ArrayList<>();
        sender.finish();
        while (!sender.complete()) {
            Frame frame = sender.next();
            if (frame != null) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private Path image(String name, long bytes) throws IOException {
        Path path = folder.resolve(name);
        Files.deleteIfExists(path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return path;
    }
}
