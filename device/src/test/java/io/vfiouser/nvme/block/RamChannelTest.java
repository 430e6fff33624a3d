package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.MemoryFaults;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a channel to RAM takes locks, and that it keeps none. */
@Timeout(60)
class RamChannelTest {
    private static final int NEVER_TAKEN = 0;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(4096, 4096);
    private final RamBlockDevice device = RamBlockDevice.ofSize(8 << 20);

    @AfterEach
    void close() {
        device.close();
        arena.close();
    }

    @Test
    void takesNoLockAsLongAsItAloneMovesData() {
        device.activate();
        try (BlockChannel first = device.openChannel(Waker.NONE);
                BlockChannel flushes = device.openChannel(Waker.NONE)) {
            for (int i = 0; i < 1000; i++) {
                changeAndRead(first);
                TestRequest flush = new TestRequest();
                flush.flush();
                assertThat(flush.run(flushes)).isEqualTo(BlockStatus.OK);
                flush.verify(0, 1);
                assertThat(flush.run(flushes)).isEqualTo(BlockStatus.OK);
            }
            assertThat(device.locks().observe(0)).isEqualTo(NEVER_TAKEN);
            long taken;
            try (BlockChannel second = device.openChannel(Waker.NONE)) {
                changeAndRead(second);
                taken = device.locks().observe(0);
                assertThat(taken).isNotEqualTo(NEVER_TAKEN);
                changeAndRead(first);
                assertThat(device.locks().observe(0)).isNotEqualTo(taken);
                taken = device.locks().observe(0);
            }
            changeAndRead(first);
            assertThat(device.locks().observe(0)).isEqualTo(taken);
            changeAndRead(flushes);
            assertThat(device.locks().observe(0)).isNotEqualTo(taken);
        }
    }

    @Test
    void blocksMayBeExpectedAnywhere() {
        device.activate();
        try (BlockChannel channel = device.openChannel(Waker.NONE)) {
            long blocks = device.blockCount();
            for (long first : new long[] {0, 1, blocks - 1, blocks, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 55}) {
                for (long count : new long[] {1, 8, blocks, 0, -1, Long.MAX_VALUE}) {
                    BlockRanges ranges = new BlockRanges(40);
                    for (int i = 0; i < 40; i++) {
                        ranges.add(first, count);
                    }
                    channel.expect(ranges);
                }
            }
            changeAndRead(channel);
        }
    }

    @Test
    void aSecondChannelWaitsForWhatTheFirstDoesWithoutLocks() throws InterruptedException {
        DataMovers movers = new DataMovers();
        DataMovers.Mover first = movers.newMover();
        assertThat(first.join()).isTrue();
        assertThat(first.beginAlone()).isTrue();
        DataMovers.Mover second = movers.newMover();
        CountDownLatch joined = new CountDownLatch(1);
        Thread newcomer = Thread.ofPlatform().start(() -> {
            if (second.join() && !second.beginAlone()) {
                joined.countDown();
            }
        });
        while (newcomer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(joined.getCount()).isEqualTo(1);
        first.end();
        newcomer.join();
        assertThat(joined.getCount()).isZero();
        assertThat(first.beginAlone()).isFalse();
        second.leave();
        assertThat(first.beginAlone()).isTrue();
    }

    /** Short and long copies are done in different ways: see {@link SegmentCopy}. */
    @ParameterizedTest
    @ValueSource(ints = {8, 128})
    void anErrorInACopyKeepsNobodyFromTheBlock(int blocks) {
        device.activate();
        try (MemFd memFd = MemFd.create("guest", 4096 + blocks * 512L);
                Mapping guest = memFd.map(Protection.READ_WRITE);
                BlockChannel struck = device.openChannel(Waker.NONE);
                BlockChannel other = device.openChannel(Waker.NONE)) {
            changeAndRead(struck);
            changeAndRead(other);
            memFd.resize(4096);
            for (int round = 0; round < 200; round++) {
                TestRequest request = new TestRequest();
                request.data().add(guest.segment(), 2048, blocks * 512L);
                if ((round & 1) == 0) {
                    request.write(0, blocks, false);
                } else {
                    request.read(0, blocks);
                }
                boolean thrown = false;
                try {
                    struck.submit(request);
                    MemoryFaults.deliver();
                } catch (InternalError e) {
                    thrown = true;
                }
                assertThat(thrown).isTrue();
                changeAndRead(other);
                struck.cancel(request, CancelPromise.WITHOUT_LATER_EFFECT);
                changeAndRead(struck);
            }
        }
    }

    @Test
    void longRangesAreGivenBackAmongOthersToo() {
        device.activate();
        try (BlockChannel first = device.openChannel(Waker.NONE);
                BlockChannel second = device.openChannel(Waker.NONE)) {
            changeAndRead(second);
            MemorySegment pattern = arena.allocate(8 << 20).fill((byte) 3);
            TestRequest all = new TestRequest().with(pattern);
            all.write(0, 16_384, false);
            assertThat(all.run(first)).isEqualTo(BlockStatus.OK);
            TestRequest discard = new TestRequest();
            discard.deallocate(3, 16_384 - 5, false);
            assertThat(discard.run(first)).isEqualTo(BlockStatus.OK);
            all.read(0, 16_384);
            assertThat(all.run(first)).isEqualTo(BlockStatus.OK);
            MemorySegment expected = arena.allocate(8 << 20);
            expected.asSlice(0, 3 * 512).fill((byte) 3);
            expected.asSlice((8 << 20) - 2 * 512).fill((byte) 3);
            assertThat(pattern.mismatch(expected)).isEqualTo(-1);
        }
    }

    @Test
    void whatAFailedWriteLeftIsZeroAfterItWasDeallocated() {
        device.activate();
        try (BlockChannel channel = device.openChannel(Waker.NONE)) {
            TestRequest request = new TestRequest();
            request.data().add(memory.fill((byte) 5), 0, 512);
            try (Arena gone = Arena.ofShared()) {
                request.data().add(gone.allocate(512), 0, 512);
            }
            request.write(0, 2, false);
            assertThat(request.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
            TestRequest discard = new TestRequest();
            discard.deallocate(0, 2, false);
            assertThat(discard.run(channel)).isEqualTo(BlockStatus.OK);
            TestRequest read = new TestRequest();
            read.data().add(memory, 0, 512);
            read.read(0, 1);
            assertThat(read.run(channel)).isEqualTo(BlockStatus.OK);
            assertThat(memory.asSlice(0, 512).mismatch(arena.allocate(512))).isEqualTo(-1);
        }
    }

    private void changeAndRead(BlockChannel channel) {
        TestRequest request = new TestRequest().with(memory.fill((byte) 7));
        request.write(0, 8, false);
        assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
        memory.fill((byte) 0);
        request.read(0, 8);
        assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(arena.allocate(4096).fill((byte) 7))).isEqualTo(-1);
        request.writeZeroes(0, 8, false, true);
        assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
    }
}
