package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every pool must do, whatever its devices are stored in. */
@Timeout(60)
abstract class BlockDevicePoolContract {
    static final long CAPACITY = 8 << 20;

    BlockDevicePool pool;

    /** An empty pool of {@link #CAPACITY} bytes. */
    abstract BlockDevicePool open();

    @BeforeEach
    void openPool() {
        pool = open();
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void createsDevicesAsAskedAndCountsTheirRoom() {
        BlockIdentity identity = BlockIdentity.random();
        assertThat(pool.existing()).isEmpty();
        assertThat(pool.totalBytes()).isEqualTo(CAPACITY);
        assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY);
        BlockDevice second = pool.create(2, 4 << 20, 4096, identity);
        BlockDevice first = pool.create(1, 512, 512, BlockIdentity.random());
        assertThat(second.active()).isFalse();
        assertThat(second.blockCount()).isEqualTo(1024);
        assertThat(second.blockSizeBytes()).isEqualTo(4096);
        assertThat(second.identity()).isEqualTo(identity);
        assertThat(first.blockCount()).isOne();
        assertThat(pool.existing().keySet()).containsExactly(1, 2);
        assertThat(pool.existing().values()).containsExactly(first, second);
        assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY - (4 << 20) - 512);
        assertThat(pool.totalBytes()).isEqualTo(CAPACITY);
    }

    @Test
    void aDeviceOfTheSameNumberHoldsNothingOfTheDeletedOne() {
        try (Arena arena = Arena.ofShared()) {
            for (int life = 0; life < 3; life++) {
                BlockDevice device = pool.create(1, CAPACITY, 512, BlockIdentity.random());
                device.activate();
                MemorySegment memory = arena.allocate(512).fill((byte) 1);
                try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                    TestRequest request = new TestRequest().with(memory);
                    request.read(7, 1);
                    assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                    assertThat(memory.mismatch(arena.allocate(512))).isEqualTo(-1);
                    memory.fill((byte) 2);
                    request.write(7, 1, false);
                    assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                    assertThatThrownBy(() -> pool.delete(device)).isInstanceOf(IllegalStateException.class);
                    assertThat(pool.existing()).containsOnlyKeys(1);
                    assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class);
                    assertThat(device.active()).isTrue();
                }
                pool.delete(device);
                assertThat(pool.existing()).isEmpty();
                assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY);
                assertThatThrownBy(() -> pool.delete(device)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void deletesADeviceThatItsUserHasClosed() {
        BlockDevice device = pool.create(1, CAPACITY, 512, BlockIdentity.random());
        device.close();
        assertThat(pool.unallocatedBytes()).isZero();
        pool.delete(device);
        assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY);
    }

    @Test
    void refusesMoreThanItHasLeft() {
        pool.create(1, CAPACITY - 512, 512, BlockIdentity.random());
        assertThatThrownBy(() -> pool.create(2, 1024, 512, BlockIdentity.random()))
                .isInstanceOf(InsufficientCapacityException.class)
                .hasMessageContaining("512 of " + CAPACITY + " bytes left, not 1024")
                .hasMessageContaining("delete a namespace");
        assertThatThrownBy(() -> pool.create(2, Long.MAX_VALUE / 4096 * 4096, 4096, BlockIdentity.random()))
                .isInstanceOf(InsufficientCapacityException.class);
        assertThat(pool.existing()).containsOnlyKeys(1);
        pool.create(2, 512, 512, BlockIdentity.random());
        assertThat(pool.unallocatedBytes()).isZero();
    }

    @Test
    void refusesNumbersAndSizesThatMakeNoSense() {
        BlockIdentity identity = BlockIdentity.random();
        for (int number : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> pool.create(number, 512, 512, identity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("numbered from 1");
        }
        for (long size : new long[] {0, -512, 513, 4095, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> pool.create(1, size, 512, identity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(size + " bytes are no positive multiple of the block size 512");
        }
        assertThatThrownBy(() -> pool.create(1, 4096, 1024, identity))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("512 or 4096");
        pool.create(1, 512, 512, identity);
        assertThatThrownBy(() -> pool.create(1, 512, 512, BlockIdentity.random()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a device 1 already");
        try (NullBlockDevice stranger = NullBlockDevice.of(1, 512)) {
            assertThatThrownBy(() -> pool.delete(stranger)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(pool.existing()).containsOnlyKeys(1);
    }

    @Test
    void severalThreadsGetNoMoreThanThereIs() throws InterruptedException {
        int threads = 4;
        long size = CAPACITY / 16;
        AtomicInteger created = new AtomicInteger();
        AtomicInteger mistakes = new AtomicInteger();
        List<Thread> started = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int firstNumber = 1 + t * 100;
            started.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10; i++) {
                    try {
                        BlockDevice device = pool.create(firstNumber + i, size, 512, BlockIdentity.random());
                        if (i % 3 == 0) {
                            pool.delete(device);
                        } else {
                            created.incrementAndGet();
                        }
                    } catch (InsufficientCapacityException e) {
                        // As it should be, for some.
                    } catch (RuntimeException e) {
                        mistakes.incrementAndGet();
                    }
                }
            }));
            started.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        if (pool.existing().size() > 16 || pool.unallocatedBytes() > CAPACITY) {
                            mistakes.incrementAndGet();
                        }
                    }
                } catch (RuntimeException e) {
                    mistakes.incrementAndGet();
                }
            }));
        }
        for (Thread thread : started) {
            thread.join();
        }
        assertThat(mistakes).hasValue(0);
        assertThat(pool.existing()).hasSize(created.get());
        assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY - created.get() * size);
    }

    @Test
    void closedItRefusesAndItsDevicesAreClosed() {
        BlockDevice device = pool.create(1, 512, 512, BlockIdentity.random());
        device.activate();
        pool.close();
        pool.close();
        assertThat(device.active()).isFalse();
        assertThatThrownBy(device::activate).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.create(2, 512, 512, BlockIdentity.random()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> pool.delete(device)).isInstanceOf(IllegalStateException.class);
    }
}
