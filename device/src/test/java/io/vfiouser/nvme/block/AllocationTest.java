package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thread that submits and polls allocates nothing per request, whichever back end it is. */
@Timeout(120)
class AllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int WARM_UP = 8;

    /** What the measurement itself and a late compilation may cost; one byte per request would be more. */
    private static final long NOISE_BYTES = 4096;

    @TempDir
    private Path folder;

    @Test
    void nothingPerRequestInRam() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            assertThat(allocated(device)).isLessThan(NOISE_BYTES);
        }
    }

    @Test
    void nothingPerRequestInRamAmongOtherChannels() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            device.activate();
            try (Arena arena = Arena.ofShared();
                    BlockChannel other = device.openChannel(Waker.NONE)) {
                Silent request = new Silent();
                request.data().add(arena.allocate(512), 0, 512);
                other.submit(request.read(0, 1));
                assertThat(allocated(device)).isLessThan(NOISE_BYTES);
                assertThat(device.locks().observe(0)).isNotZero();
            }
        }
    }

    @Test
    void nothingPerRequestOnTheNullDevice() {
        try (NullBlockDevice device = NullBlockDevice.of(2048, 512)) {
            assertThat(allocated(device)).isLessThan(NOISE_BYTES);
        }
    }

    @Test
    void nothingPerRequestOnThePollerOfAFile() throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(TestFiles.image(folder, 1 << 20))) {
            assertThat(allocated(device)).isLessThan(NOISE_BYTES);
        }
    }

    private static long allocated(BlockDevice device) {
        device.activate();
        try (Arena arena = Arena.ofShared();
                BlockChannel channel = device.openChannel(Waker.NONE)) {
            MemorySegment memory = arena.allocate(8192);
            Silent request = new Silent();
            // Until everything is compiled; compiled code makes no segment for a call into the kernel.
            for (int i = 0; i < WARM_UP; i++) {
                work(channel, request, memory);
            }
            long before = ThreadAllocation.bytes();
            work(channel, request, memory);
            return ThreadAllocation.bytes() - before;
        }
    }

    private static void work(BlockChannel channel, Silent request, MemorySegment memory) {
        for (int i = 0; i < ROUNDS; i++) {
            request.data().clear();
            request.data().add(memory, (i & 1) * 512L, 512);
            request.data().add(memory, 4096, 512);
            if ((i & 7) == 0) {
                request.write(i & 1023, 2, false);
            } else if ((i & 7) == 1) {
                request.writeZeroes(i & 1023, 2, false, false);
            } else {
                request.read(i & 1023, 2);
            }
            channel.submit(request);
            while (request.outstanding()) {
                channel.poll();
                Thread.onSpinWait();
            }
            if (request.last != BlockStatus.OK) {
                throw new AssertionError(request.last);
            }
        }
    }

    private static final class Silent extends BlockRequest {
        private BlockStatus last = BlockStatus.OK;

        @Override
        protected void completed(BlockStatus status) {
            last = status;
        }
    }
}
