package io.vfiouser.nvme.subsystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DirectoryBlockDevicePool;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One of two subsystems has the media at a time. */
@Timeout(60)
class HandOverTest {
    private static final int BYTES = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    void twoSubsystemsTakeTurnsWithOneImage() throws IOException {
        Path image = image("a.img");
        try (NvmSubsystem source = NvmSubsystem.builder()
                        .namespace(FileBlockDevice.open(image))
                        .open();
                NvmSubsystem destination = NvmSubsystem.builder()
                        .namespace(FileBlockDevice.open(image))
                        .incoming(true)
                        .open()) {
            assertThat(source.owned()).isTrue();
            assertThat(destination.owned()).isFalse();
            assertThat(destination.namespaces()).hasSize(1);
            NvmSubsystem has = source;
            NvmSubsystem hasNot = destination;
            for (int i = 0; i < 6; i++) {
                assertThatThrownBy(hasNot::takeOver)
                        .isInstanceOf(BlockDeviceException.class)
                        .hasMessageContaining("namespace 1")
                        .hasMessageContaining("locked");
                assertThat(hasNot.owned()).isFalse();
                has.letGo();
                has.letGo();
                hasNot.takeOver();
                hasNot.takeOver();
                NvmSubsystem last = has;
                has = hasNot;
                hasNot = last;
            }
        }
    }

    @Test
    void allAreTakenOrNone() throws IOException {
        Path free = image("a.img");
        Path taken = image("b.img");
        try (FileBlockDevice other = FileBlockDevice.open(taken);
                FileBlockDevice freeForOthers = FileBlockDevice.open(free);
                NvmSubsystem subsystem = NvmSubsystem.builder()
                        .namespace(FileBlockDevice.open(free))
                        .namespace(FileBlockDevice.open(taken))
                        .incoming(true)
                        .open()) {
            other.activate();
            assertThatThrownBy(subsystem::takeOver)
                    .isInstanceOf(BlockDeviceException.class)
                    .hasMessageContaining("namespace 2");
            freeForOthers.activate();
            freeForOthers.release();
            other.release();
            subsystem.takeOver();
            assertThat(subsystem.namespaces()).allMatch(n -> n.device().active());
        }
    }

    @Test
    void anImageThatHasShrunkIsRefusedAndOneThatHasGrownIsNot() throws IOException {
        Path image = image("a.img");
        try (NvmSubsystem subsystem = NvmSubsystem.builder()
                .namespace(FileBlockDevice.open(image))
                .incoming(true)
                .open()) {
            size(image, 2 * BYTES);
            subsystem.takeOver();
            assertThat(subsystem.namespace(1).orElseThrow().blockCount()).isEqualTo(2 * BYTES / 512);
            subsystem.letGo();
            size(image, BYTES);
            assertThatThrownBy(subsystem::takeOver)
                    .hasMessageContaining("namespace 1")
                    .hasMessageContaining("give image")
                    .hasMessageContaining("its size back");
            assertThat(subsystem.namespace(1).orElseThrow().device().active()).isFalse();
        }
    }

    @Test
    void aPoolIsLeftAloneUntilItIsTakenOver() throws Exception {
        Path images = Files.createDirectory(folder.resolve("pool"));
        Path unfinished = Files.createFile(
                images.resolve("ns-9.512." + BlockIdentity.random().uuid() + ".img.new"));
        List<Path> before = list(images);
        try (NvmSubsystem destination = NvmSubsystem.builder()
                        .pool(DirectoryBlockDevicePool.inactive(images, 1 << 30))
                        .incoming(true)
                        .open();
                NvmSubsystem gone = NvmSubsystem.builder()
                        .namespace(RamBlockDevice.ofSize(BYTES))
                        .open()) {
            assertThat(list(images)).isEqualTo(before);
            assertNotOwned(destination.create(BYTES, 0, true).orElseThrow());
            try (NvmSubsystem source = NvmSubsystem.builder()
                    .pool(DirectoryBlockDevicePool.open(images, 1 << 30))
                    .open()) {
                assertThat(unfinished).doesNotExist();
                Namespace made = source.create(BYTES, 0, true).orElseThrow().get(20, TimeUnit.SECONDS);
                assertThatThrownBy(destination::takeOver).hasMessageContaining("in use");
                TestMember member = new TestMember(destination, 1);
                AdoptedSubsystem known = new AdoptedSubsystem(
                        source.identity(), 1, List.of(new AdoptedNamespace(made.id(), made.identity(), 0, true)));
                assertThat(destination.adoptionRefusal(member, known)).isEmpty();
                destination.adopt(member, known);
                source.letGo();
                destination.takeOver();
                Namespace moved = destination.namespace(made.id()).orElseThrow();
                assertThat(moved.identity()).isEqualTo(made.identity());
                assertThat(moved.device().active()).isTrue();
                assertThat(destination.attachedTo(member)).containsExactly(moved);
                assertThatThrownBy(source::takeOver).hasMessageContaining("in use");
                destination.leave(member);
                destination.deleteCreated(moved).get(20, TimeUnit.SECONDS);
                destination.letGo();
                source.takeOver();
                assertThat(source.namespaces()).isEmpty();
            }
            assertThat(gone.owned()).isTrue();
        }
    }

    @Test
    void nothingIsMadeFormattedOrAttachedWithoutTheMedia() throws IOException {
        try (NvmSubsystem subsystem =
                NvmSubsystem.builder().namespace(RamBlockDevice.ofSize(BYTES)).open()) {
            TestMember member = new TestMember(subsystem, 1);
            Namespace namespace = subsystem.namespace(1).orElseThrow();
            subsystem.letGo();
            assertNotOwned(subsystem.format(List.of(namespace), 1).orElseThrow());
            assertNotOwned(subsystem.detach(namespace, List.of(1)));
            assertNotOwned(subsystem.attach(namespace, List.of(1)));
            assertThat(subsystem.attachedTo(member)).containsExactly(namespace);
            BlockDevice late = RamBlockDevice.ofSize(BYTES);
            var added = subsystem.add(late);
            member.takePart();
            assertThat(added).succeedsWithin(20, TimeUnit.SECONDS);
            assertThat(late.active()).isFalse();
            subsystem.takeOver();
            assertThat(late.active()).isTrue();
            subsystem.leave(member);
        }
    }

    @Test
    void whatIsBeingFormattedIsNotLetGo() {
        HeldBlockDevice held = new HeldBlockDevice(8);
        try (NvmSubsystem subsystem = NvmSubsystem.builder().namespace(held).open()) {
            CompletableFuture<Void> format = subsystem
                    .format(List.of(subsystem.namespace(1).orElseThrow()), 0)
                    .orElseThrow();
            assertThat(subsystem.letGoRefusal().orElseThrow()).contains("namespace 1", "formatted");
            assertThatThrownBy(subsystem::letGo).isInstanceOf(IllegalStateException.class);
            assertThat(subsystem.owned()).isTrue();
            held.releaseAll();
            assertThat(format).succeedsWithin(20, TimeUnit.SECONDS);
            subsystem.letGo();
            assertThat(held.active()).isFalse();
        }
    }

    private static void assertNotOwned(CompletableFuture<?> future) {
        assertThat(future)
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("another one has them");
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private Path image(String name) throws IOException {
        Path path = folder.resolve(name);
        size(path, BYTES);
        return path;
    }

    private static void size(Path path, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
    }
}
