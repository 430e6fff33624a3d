package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.endurance.ChildJvm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may have an image, by which name it is known, and what is said if it cannot be served. */
@Timeout(60)
class FileOwnershipTest {
    @TempDir
    private Path folder;

    @Test
    void oneOwnerAtATimeInOneProcess() throws IOException {
        Path image = image(1 << 20);
        try (FileBlockDevice first = FileBlockDevice.open(image);
                FileBlockDevice second = FileBlockDevice.open(image);
                FileBlockDevice reader =
                        FileBlockDevice.builder(image).readOnly(true).open();
                FileBlockDevice otherReader =
                        FileBlockDevice.builder(image).readOnly(true).open()) {
            first.activate();
            assertThatThrownBy(second::activate)
                    .isInstanceOf(BlockDeviceException.class)
                    .hasMessageContaining("is locked by somebody else")
                    .hasMessageContaining("stop that one");
            assertThatThrownBy(reader::activate).isInstanceOf(BlockDeviceException.class);
            assertThat(second.active()).isFalse();
            first.release();
            second.activate();
            second.release();
            reader.activate();
            otherReader.activate();
            assertThatThrownBy(first::activate).isInstanceOf(BlockDeviceException.class);
        }
    }

    @Test
    void anImageLockedByAnotherProcessIsRefused() throws IOException, InterruptedException {
        Path image = image(1 << 20);
        Process other = ChildJvm.of(LockHolder.class.getName(), List.of(image.toString()))
                .start();
        try (FileBlockDevice device = FileBlockDevice.open(image)) {
            assertThat(other.inputReader().readLine()).isEqualTo("locked");
            assertThatThrownBy(device::activate).isInstanceOf(BlockDeviceException.class);
            // A killed owner keeps nothing.
            other.destroyForcibly().waitFor();
            device.activate();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void readOnlyDevicesRefuseChangesAndOpenReadOnlyFiles() throws IOException {
        Path image = image(1 << 20);
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device =
                        FileBlockDevice.builder(image).readOnly(true).open()) {
            device.activate();
            assertThat(device.capabilities().readOnly()).isTrue();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(arena.allocate(512));
                request.write(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.writeZeroes(0, 1, false, true);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.deallocate(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.flush();
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                request.read(0, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAFileAndWhatToDo() throws IOException {
        Path odd = image(1000);
        assertThatThrownBy(() -> FileBlockDevice.open(odd))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("1000 bytes")
                .hasMessageContaining("truncate -s %512 " + odd);
        assertThatThrownBy(() ->
                        FileBlockDevice.builder(image(512)).blockSizeBytes(4096).open())
                .hasMessageContaining("use a block size of 512");
        assertThatThrownBy(() -> FileBlockDevice.open(image(0))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> FileBlockDevice.open(folder))
                .hasMessageContaining("neither a file nor a block device");
        Path missing = folder.resolve("missing.img");
        assertThatThrownBy(() -> FileBlockDevice.open(missing))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("create it first")
                .hasMessageNotContaining("\n");
    }

    @Test
    void hasTheSameIdentityForTheSamePathAndTheGivenOneIfGiven() throws IOException {
        Path image = image(1 << 20);
        BlockIdentity given = BlockIdentity.random();
        try (FileBlockDevice first = FileBlockDevice.open(image);
                FileBlockDevice again = FileBlockDevice.open(folder.resolve("x")
                        .resolve("..")
                        .resolve(image.getFileName())
                        .normalize());
                FileBlockDevice named =
                        FileBlockDevice.builder(image).identity(given).open();
                FileBlockDevice other = FileBlockDevice.open(image(1 << 20))) {
            assertThat(first.identity()).isEqualTo(again.identity()).isNotEqualTo(other.identity());
            assertThat(named.identity()).isEqualTo(given);
        }
    }

    private Path image(long bytes) throws IOException {
        return TestFiles.image(folder, bytes);
    }
}
