package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file device on a real block device. Skipped where loop devices cannot be made: without root and in most containers. */
@Timeout(60)
class LoopDeviceTest {
    private static final int SECTOR_BYTES = 512;

    @TempDir
    private Path folder;

    private Path loop;

    @BeforeEach
    void attach() throws IOException, InterruptedException {
        loop = attach(TestFiles.sized(folder.resolve("disk.img"), 4096L * SECTOR_BYTES), SECTOR_BYTES);
    }

    @AfterEach
    void detach() throws IOException, InterruptedException {
        if (loop != null) {
            TestFiles.run("losetup", "-d", loop.toString());
        }
    }

    @Nested
    class Contract extends BlockDeviceContract {
        @Override
        BlockDevice create() {
            return FileBlockDevice.open(loop);
        }

        /** A block device does not tell its holes: all of it counts as allocated. */
        @Test
        @Override
        void namesEveryBlockThatHoldsDataAndKeepsHoles() {
            assertThat(extents(0, BLOCKS)).singleElement().isEqualTo(new long[] {0, BLOCKS});
            assertThat(extents(5, 2)).singleElement().isEqualTo(new long[] {5, 2});
            assertThat(extents(BLOCKS, 1)).isEmpty();
        }
    }

    @Test
    void isClaimedForOneWriter() {
        try (FileBlockDevice first = FileBlockDevice.open(loop);
                FileBlockDevice second = FileBlockDevice.open(loop)) {
            first.activate();
            assertThatThrownBy(second::activate)
                    .isInstanceOf(BlockDeviceException.class)
                    .hasMessageContaining("is in use");
            first.release();
            second.activate();
        }
    }

    @Test
    void aMountedDeviceIsRefused() throws IOException, InterruptedException {
        Path mounted = Files.createDirectory(folder.resolve("mounted"));
        Assumptions.assumeTrue(TestFiles.run("mkfs.ext4", "-q", loop.toString()), "needs mkfs.ext4");
        Assumptions.assumeTrue(TestFiles.run("mount", loop.toString(), mounted.toString()), "needs the right to mount");
        try (FileBlockDevice device = FileBlockDevice.open(loop)) {
            assertThatThrownBy(device::activate).hasMessageContaining("unmount it");
        } finally {
            TestFiles.run("umount", mounted.toString());
        }
    }

    @Test
    void takesTheSectorSizeAsBlockSizeAndRefusesSmallerBlocks() throws IOException, InterruptedException {
        Path large = attach(TestFiles.sized(folder.resolve("4k.img"), 64 * 4096L), 4096);
        try (FileBlockDevice device = FileBlockDevice.open(large)) {
            assertThat(device.blockSizeBytes()).isEqualTo(4096);
            assertThat(device.blockCount()).isEqualTo(64);
            assertThatThrownBy(() ->
                            FileBlockDevice.builder(large).blockSizeBytes(512).open())
                    .isInstanceOf(BlockDeviceException.class)
                    .hasMessageContaining("use a block size of 4096");
        } finally {
            TestFiles.run("losetup", "-d", large.toString());
        }
    }

    @Test
    void whatWasFlushedIsOnTheMedium() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(512).fill((byte) 9);
            try (FileBlockDevice device = FileBlockDevice.open(loop)) {
                device.activate();
                try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                    TestRequest request = new TestRequest().with(memory);
                    request.write(7, 1, true);
                    assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                }
            }
            byte[] image = Files.readAllBytes(folder.resolve("disk.img"));
            assertThat(image[7 * 512]).isEqualTo((byte) 9);
            assertThat(image[8 * 512]).isZero();
        }
    }

    private static Path attach(Path image, int sectorBytes) throws IOException, InterruptedException {
        Process losetup;
        try {
            losetup = new ProcessBuilder("losetup", "--show", "--sector-size", "" + sectorBytes, "-f", image.toString())
                    .start();
        } catch (IOException e) {
            return Assumptions.abort("needs losetup");
        }
        String name = new String(losetup.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Assumptions.assumeTrue(losetup.waitFor() == 0 && !name.isEmpty(), "needs the right to make loop devices");
        return Path.of(name);
    }
}
