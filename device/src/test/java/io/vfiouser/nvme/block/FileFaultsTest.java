package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to requests when the file, its file system or the caller's memory fail. */
@Timeout(60)
class FileFaultsTest {
    @TempDir
    private Path folder;

    @Test
    void aFileMadeShorterIsAReadErrorAndALargerOneIsNoticed() throws IOException {
        Path image = image(1 << 20);
        List<Long> heard = new ArrayList<>();
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.addResizeListener((d, before, after) -> heard.add(after));
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestFiles.sized(image, 1 << 19);
                TestRequest request = new TestRequest().with(arena.allocate(1024));
                request.read(1023, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ERROR);
                assertThat(request.failedBlock()).isEqualTo(1024);
                request.verify(0, 2048);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ERROR);
                device.refreshSize();
                request.read(1023, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OUT_OF_RANGE);
                TestFiles.sized(image, 2 << 20);
                device.refreshSize();
                request.read(4094, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
        assertThat(heard).containsExactly(1024L, 4096L);
    }

    @Test
    void memoryThatGoesAwayIsAStatusAndLeavesWholeBlocks() throws IOException {
        Path image = image(1 << 20);
        try (MemFd memFd = MemFd.create("guest", 16_384);
                Mapping guest = memFd.map(Protection.READ_WRITE);
                FileBlockDevice device = FileBlockDevice.open(image)) {
            guest.segment().fill((byte) 7);
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                memFd.resize(8192);
                TestRequest aligned = new TestRequest();
                aligned.data().add(guest.segment(), 4096, 8192);
                aligned.write(0, 16, false);
                assertThat(aligned.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
                aligned.read(32, 16);
                assertThat(aligned.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
                // The block that crosses the end of the memory begins 256 bytes before it.
                TestRequest crooked = new TestRequest();
                crooked.data().add(guest.segment(), 4096 + 256, 8192);
                crooked.write(100, 16, true);
                assertThat(crooked.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
            }
        }
        byte[] bytes = Files.readAllBytes(image);
        for (int block = 0; block < bytes.length / 512; block++) {
            for (int i = 1; i < 512; i++) {
                assertThat(bytes[block * 512 + i]).isEqualTo(bytes[block * 512]);
            }
        }
        assertThat(bytes[16 * 512]).isZero();
    }

    @Test
    void aFullFileSystemIsNoSpace() throws IOException, InterruptedException {
        Path mounted = Files.createDirectory(folder.resolve("small"));
        boolean have = TestFiles.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mounted.toString());
        org.junit.jupiter.api.Assumptions.assumeTrue(have, "needs the right to mount");
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(TestFiles.sized(mounted.resolve("disk.img"), 4 << 20))) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request =
                        new TestRequest().with(arena.allocate(2 << 20).fill((byte) 1));
                request.write(0, (2 << 20) / 512, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.NO_SPACE);
                assertThat(request.failedBlock()).isBetween(1L, 4096L);
            }
        } finally {
            TestFiles.run("umount", mounted.toString());
        }
    }

    @Test
    void afterDataWasLostNoFlushSucceedsUntilTheNextActivation() throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(image(1 << 20))) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                device.session().lostWrites();
                TestRequest request = new TestRequest().with(arena.allocate(512));
                request.flush();
                assertThat(request.run(channel)).isEqualTo(BlockStatus.WRITE_ERROR);
                request.writeZeroes(0, 1, true, true);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.WRITE_ERROR);
                request.write(0, 1, true);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.WRITE_ERROR);
                request.write(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                assertThatThrownBy(device::release)
                        .isInstanceOf(BlockDeviceException.class)
                        .hasMessageContaining("not all of its data could be written");
                device.activate();
                request.flush();
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
    }

    private Path image(long bytes) throws IOException {
        return TestFiles.image(folder, bytes);
    }
}
