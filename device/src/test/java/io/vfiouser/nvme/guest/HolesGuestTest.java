package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.FileBlockDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a guest discards is no longer kept on the host. */
@Tag("guest")
class HolesGuestTest {
    private static final int MIB = 1 << 20;
    private static final int STAT_BLOCK_BYTES = 512;

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void discardAndWriteZeroesMakeHolesInTheImage() {
        Path image = bench.image("disk.img", 64 * MIB);
        NvmeServer server = bench.serve("--file", image.toString());
        bench.boot(GuestSetup.script("""
                        blocks() { echo $(($1 * 2048)); }
                        dd if=/dev/urandom of=/dev/nvme0n1 bs=1M count=48 oflag=direct 2>/dev/null
                        blkdiscard -o $((8 << 20)) -l $((8 << 20)) /dev/nvme0n1
                        nvme write-zeroes /dev/nvme0n1 -s $(blocks 24) -c $(($(blocks 4) - 1)) --deac
                        nvme dsm /dev/nvme0n1 --ad --slbs=$(blocks 32) --blocks=$(blocks 2)
                        nvme flush /dev/nvme0n1
                        dd if=/dev/nvme0n1 bs=1M skip=8 count=8 iflag=direct 2>/dev/null | cmp -n 8388608 - /dev/zero
                        dd if=/dev/nvme0n1 bs=1M skip=24 count=4 iflag=direct 2>/dev/null | cmp -n 4194304 - /dev/zero
                        """).disk(server.socket())).end();
        server.terminate();
        assertThat(allocated(image)).containsExactly(mib(0, 8), mib(16, 24), mib(28, 32), mib(34, 48));
    }

    @Test
    void aFileSystemThatIsTrimmedGivesItsSpaceBack() throws IOException {
        Path image = bench.image("disk.img", 64 * MIB);
        NvmeServer server = bench.serve("--file", image.toString(), "--block-size", "4096");
        Guest guest = bench.boot(GuestSetup.script("""
                        mkfs.ext4 -q /dev/nvme0n1
                        mount /dev/nvme0n1 /mnt
                        dd if=/dev/urandom of=/mnt/large bs=1M count=32 conv=fsync 2>/dev/null
                        await_host written
                        rm /mnt/large
                        sync
                        fstrim /mnt
                        umount /mnt
                        """).disk(server.socket()));
        guest.awaitMark("written");
        long before = allocatedBytes(image);
        guest.answer();
        guest.end();
        server.terminate();
        assertThat(before).isGreaterThanOrEqualTo(32 * MIB);
        assertThat(allocatedBytes(image)).isLessThanOrEqualTo(before - 32 * MIB);
    }

    private static Extent mib(long first, long end) {
        return new Extent(first * MIB, end * MIB);
    }

    /** What the host's file system needs for a file, which may be in use. */
    private static long allocatedBytes(Path image) throws IOException {
        Process stat = new ProcessBuilder("stat", "--format=%b", image.toString()).start();
        return Long.parseLong(stat.inputReader().readLine()) * STAT_BLOCK_BYTES;
    }

    /** What of a file the host's file system keeps. */
    private static List<Extent> allocated(Path image) {
        List<Extent> extents = new ArrayList<>();
        try (FileBlockDevice file = FileBlockDevice.open(image)) {
            file.activate();
            int blockBytes = file.blockSizeBytes();
            file.forEachAllocatedExtent(0, file.blockCount(), (first, count) -> {
                extents.add(new Extent(first * blockBytes, (first + count) * blockBytes));
                return true;
            });
            file.release();
        }
        return extents;
    }

    private record Extent(long firstByte, long endByte) {}
}
