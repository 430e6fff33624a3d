package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every back end that stores data must do, whatever it stores it in. */
abstract class BlockDeviceContract extends BlockDeviceFixture {
    @Test
    void announcesItsSizeAndAnIdentity() {
        assertThat(device.blockCount()).isEqualTo(BLOCKS);
        assertThat(device.blockSizeBytes()).isIn(512, 4096);
        assertThat(device.identity()).isEqualTo(device.identity());
        assertThat(device.active()).isTrue();
        device.activate();
        assertThat(device.active()).isTrue();
    }

    @Test
    void readsZeroesBeforeAnythingWasWritten() {
        MemorySegment memory = filled(8, (byte) 9);
        assertThat(read(3, 8, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(filled(8, (byte) 0))).isEqualTo(-1);
    }

    @Test
    void readsWhatWasWritten() {
        MemorySegment pattern = random(17, 1);
        assertThat(write(5, 17, pattern)).isEqualTo(BlockStatus.OK);
        MemorySegment memory = filled(17, (byte) 0);
        assertThat(read(5, 17, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(pattern)).isEqualTo(-1);
        MemorySegment around = filled(19, (byte) 1);
        assertThat(read(4, 19, around)).isEqualTo(BlockStatus.OK);
        assertThat(around.asSlice(0, blockSize).mismatch(filled(1, (byte) 0))).isEqualTo(-1);
        assertThat(around.asSlice(18L * blockSize, blockSize).mismatch(filled(1, (byte) 0)))
                .isEqualTo(-1);
    }

    @Test
    void scattersAndGathersPiecesOfOddSizesAtOddOffsets() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            int blocks = 1 + random.nextInt(40);
            MemorySegment pattern = random(blocks, round);
            TestRequest write = new TestRequest();
            scatter(write.data(), (long) blocks * blockSize, random, pattern);
            long first = random.nextInt(BLOCKS - blocks);
            assertThat(write.write(first, blocks, random.nextInt(4) == 0) == write)
                    .isTrue();
            assertThat(write.run(channel)).isEqualTo(BlockStatus.OK);

            TestRequest read = new TestRequest();
            scatter(read.data(), (long) blocks * blockSize, random, filled(blocks, (byte) 0));
            read.read(first, blocks);
            assertThat(read.run(channel)).isEqualTo(BlockStatus.OK);
            MemorySegment got = arena.allocate((long) blocks * blockSize);
            read.data().copyTo(got, 0);
            assertThat(got.mismatch(pattern)).isEqualTo(-1);
        }
    }

    @Test
    void takesManyTinyPieces() {
        MemorySegment pattern = random(16, 3);
        MemorySegment wide = arena.allocate(16L * blockSize * 2);
        TestRequest write = new TestRequest();
        long pieces = 16L * blockSize / 4;
        for (long i = 0; i < pieces; i++) {
            MemorySegment.copy(pattern, i * 4, wide, i * 8, 4);
            write.data().add(wide, i * 8, 4);
        }
        assertThat(write.data().size()).isEqualTo((int) pieces);
        write.write(100, 16, false);
        assertThat(write.run(channel)).isEqualTo(BlockStatus.OK);

        TestRequest read = new TestRequest();
        wide.fill((byte) 0);
        for (long i = 0; i < pieces; i++) {
            read.data().add(wide, i * 8, 4);
        }
        read.read(100, 16);
        assertThat(read.run(channel)).isEqualTo(BlockStatus.OK);
        MemorySegment got = arena.allocate(16L * blockSize);
        read.data().copyTo(got, 0);
        assertThat(got.mismatch(pattern)).isEqualTo(-1);
    }

    @Test
    void reachesTheLastBlockAndNotTheNext() {
        MemorySegment pattern = random(1, 4);
        assertThat(write(BLOCKS - 1, 1, pattern)).isEqualTo(BlockStatus.OK);
        MemorySegment memory = filled(1, (byte) 0);
        assertThat(read(BLOCKS - 1, 1, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(pattern)).isEqualTo(-1);

        assertThat(read(BLOCKS, 1, memory)).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(read(BLOCKS - 1, 2, filled(2, (byte) 0))).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(read(Long.MAX_VALUE, 1, memory)).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(read(-1, 1, memory)).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(write(BLOCKS, 1, memory)).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(run(r -> r.writeZeroes(1, Long.MAX_VALUE, false, true))).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(run(r -> r.deallocate(1, BLOCKS, false))).isEqualTo(BlockStatus.OUT_OF_RANGE);
        assertThat(run(r -> r.verify(BLOCKS, 1))).isEqualTo(BlockStatus.OUT_OF_RANGE);
    }

    @Test
    void refusesDataOfAnotherLengthThanTheBlocks() {
        assertThat(read(0, 2, filled(1, (byte) 0))).isEqualTo(BlockStatus.INVALID_REQUEST);
        assertThat(write(0, 1, filled(2, (byte) 0))).isEqualTo(BlockStatus.INVALID_REQUEST);
        assertThat(write(0, 0, filled(1, (byte) 0))).isEqualTo(BlockStatus.INVALID_REQUEST);
        assertThat(run(r -> r.read(0, 1))).isEqualTo(BlockStatus.INVALID_REQUEST);
    }

    @Test
    void zeroesWithAndWithoutGivingRoomBack() {
        for (boolean mayDeallocate : new boolean[] {false, true}) {
            for (boolean durable : new boolean[] {false, true}) {
                assertThat(write(0, 300, random(300, 5))).isEqualTo(BlockStatus.OK);
                assertThat(run(r -> r.writeZeroes(1, 298, durable, mayDeallocate)))
                        .isEqualTo(BlockStatus.OK);
                assertZeroesBetween(random(300, 5), 300);
            }
        }
    }

    @Test
    void deallocatedBlocksReadAsAnnounced() {
        assertThat(device.capabilities().deallocatedReads()).isEqualTo(DeallocatedReads.ZEROES);
        assertThat(write(0, 300, random(300, 6))).isEqualTo(BlockStatus.OK);
        assertThat(run(r -> r.deallocate(1, 298, false))).isEqualTo(BlockStatus.OK);
        assertZeroesBetween(random(300, 6), 300);
        assertThat(run(r -> r.deallocate(0, BLOCKS, true))).isEqualTo(BlockStatus.OK);
        MemorySegment memory = filled(300, (byte) 1);
        assertThat(read(0, 300, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(filled(300, (byte) 0))).isEqualTo(-1);
    }

    @Test
    void verifiesAndFlushes() {
        assertThat(run(r -> r.verify(0, BLOCKS))).isEqualTo(BlockStatus.OK);
        assertThat(run(BlockRequest::flush)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void namesEveryBlockThatHoldsDataAndKeepsHoles() {
        assertThat(extents(0, BLOCKS)).isEmpty();
        int far = BLOCKS - 8;
        assertThat(write(far, 3, random(3, 8))).isEqualTo(BlockStatus.OK);
        assertThat(write(9, 1, random(1, 9))).isEqualTo(BlockStatus.OK);
        List<long[]> found = extents(0, BLOCKS);
        assertCovers(found, 9, 1);
        assertCovers(found, far, 3);
        assertAscending(found);
        assertThat(found.stream().mapToLong(e -> e[1]).sum()).isLessThan(BLOCKS / 2);

        // Cut to what was asked for.
        assertThat(extents(far + 1, 1)).singleElement().isEqualTo(new long[] {far + 1, 1});
        assertThat(extents(BLOCKS, 10)).isEmpty();
        List<long[]> first = new ArrayList<>();
        device.forEachAllocatedExtent(0, BLOCKS, (start, count) -> {
            first.add(new long[] {start, count});
            return false;
        });
        assertThat(first).hasSize(1);

        assertThat(run(r -> r.deallocate(0, BLOCKS, true))).isEqualTo(BlockStatus.OK);
        assertThat(extents(0, BLOCKS)).isEmpty();
    }

    @Test
    void channelsOnSeveralThreadsSeeEachOthersCompletedWrites() throws InterruptedException {
        int threads = 4;
        AtomicInteger failures = new AtomicInteger();
        List<Thread> started = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int mine = t;
            Thread thread = new Thread(() -> {
                try (BlockChannel own = device.openChannel(Waker.NONE)) {
                    for (int i = 0; i < 200; i++) {
                        MemorySegment pattern = random(2, mine * 1000 + i);
                        TestRequest write = new TestRequest().with(pattern);
                        write.write(mine * 100L + i % 50, 2, i % 20 == 0);
                        MemorySegment back = arena.allocate(2L * blockSize);
                        TestRequest read = new TestRequest().with(back);
                        read.read(mine * 100L + i % 50, 2);
                        if (write.run(own) != BlockStatus.OK
                                || read.run(own) != BlockStatus.OK
                                || back.mismatch(pattern) != -1) {
                            failures.incrementAndGet();
                        }
                    }
                } catch (RuntimeException | Error e) {
                    failures.incrementAndGet();
                    throw e;
                }
            });
            started.add(thread);
            thread.start();
        }
        for (Thread thread : started) {
            thread.join(TimeUnit.SECONDS.toMillis(50));
        }
        assertThat(failures).hasValue(0);
        MemorySegment memory = arena.allocate(blockSize);
        assertThat(read(149, 1, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(random(2, 1199).asSlice(0, blockSize))).isNotZero();
    }

    @Test
    void completesEachOfManyRequestsOnceAndLetsCompletionsSubmitAgain() {
        List<TestRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            TestRequest request = new TestRequest().with(random(1, i));
            long block = i;
            request.then(r -> {
                if (r.completions() == 1) {
                    channel.submit(r.write(block, 1, false));
                }
            });
            request.write(block, 1, false);
            requests.add(request);
        }
        requests.forEach(channel::submit);
        requests.forEach(r -> r.await(channel, 2));
        assertThat(channel.outstanding()).isZero();
        assertThat(channel.poll()).isZero();
        assertThat(requests).allSatisfy(r -> {
            assertThat(r.completions()).isEqualTo(2);
            assertThat(r.status()).isEqualTo(BlockStatus.OK);
        });
        MemorySegment memory = arena.allocate(blockSize);
        assertThat(read(2999, 1, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(random(1, 2999))).isEqualTo(-1);
    }

    @Test
    void whatIsCancelledCompletesOnceAndLeavesOldOrNewBlocks() {
        MemorySegment old = filled(64, (byte) 1);
        MemorySegment young = filled(64, (byte) 2);
        for (CancelPromise promise : CancelPromise.values()) {
            for (int round = 0; round < 50; round++) {
                assertThat(write(0, 64, old)).isEqualTo(BlockStatus.OK);
                TestRequest request = new TestRequest().with(young);
                request.write(0, 64, false);
                channel.submit(request);
                CancelResult result = channel.cancel(request, promise);
                if (result == CancelResult.CANCELLED) {
                    assertThat(request.completions()).isEqualTo(1);
                    assertThat(request.status()).isEqualTo(BlockStatus.CANCELLED);
                }
                request.await(channel, 1);
                assertThat(channel.cancel(request, promise)).isEqualTo(CancelResult.NOT_OUTSTANDING);
                MemorySegment now = arena.allocate(64L * blockSize);
                assertThat(read(0, 64, now)).isEqualTo(BlockStatus.OK);
                for (int block = 0; block < 64; block++) {
                    MemorySegment one = now.asSlice((long) block * blockSize, blockSize);
                    assertThat(one.get(ValueLayout.JAVA_BYTE, 0)).isIn((byte) 1, (byte) 2);
                    assertThat(one.mismatch(filled(1, one.get(ValueLayout.JAVA_BYTE, 0))))
                            .isEqualTo(-1);
                }
                // The request can be used again at once.
                request.write(0, 64, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
        assertThat(channel.outstanding()).isZero();
    }

    @Test
    void doesNothingWhileInactiveAndKeepsWhatWasReleased() {
        MemorySegment pattern = random(4, 11);
        assertThat(write(10, 4, pattern)).isEqualTo(BlockStatus.OK);
        device.release();
        device.release();
        assertThat(device.active()).isFalse();
        assertThat(write(10, 4, random(4, 12))).isEqualTo(BlockStatus.NOT_ACTIVE);
        assertThatThrownBy(() -> extents(0, 1)).isInstanceOf(IllegalStateException.class);
        device.activate();
        MemorySegment memory = arena.allocate(4L * blockSize);
        assertThat(read(10, 4, memory)).isEqualTo(BlockStatus.OK);
        assertThat(memory.mismatch(pattern)).isEqualTo(-1);
    }

    @Test
    void refusesMistakesOfTheCallerLoudly() {
        TestRequest request = new TestRequest();
        request.then(r -> assertThat(r.outstanding()).isFalse());
        BlockChannel closed = device.openChannel(Waker.NONE);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.submit(request.flush())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(device::close).isInstanceOf(IllegalStateException.class);
    }
}
