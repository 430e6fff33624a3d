package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was changed is found in the log, whoever changes it and however often somebody looks. */
@Timeout(30)
class BlockChangeLogTest {
    private static final int GRANULE = BlockChangeLog.GRANULE_BYTES / 512;

    private static BlockRequest zeroes(long first, long count) {
        return new TestRequest().writeZeroes(first, count, false, true);
    }

    private static List<Long> take(BlockChangeLog log) {
        List<Long> granules = new ArrayList<>();
        for (int word = 0; word < log.words(); word++) {
            for (long bits = log.take(word); bits != 0; bits &= bits - 1) {
                granules.add(64L * word + Long.numberOfTrailingZeros(bits));
            }
        }
        return granules;
    }

    @Test
    void notesNothingWhileItIsOff() {
        BlockChangeLog log = new BlockChangeLog(512);
        log.completed(zeroes(0, 1));
        log.start(1000L * GRANULE);
        assertThat(take(log)).isEmpty();
        log.completed(zeroes(0, 1));
        log.stop();
        assertThat(log.started()).isFalse();
        assertThat(log.changedBlocks()).isZero();
        log.start(1000L * GRANULE);
        assertThat(take(log)).isEmpty();
    }

    @Test
    void notesChangesOnlyAndForgetsWhatWasTaken() {
        BlockChangeLog log = new BlockChangeLog(512);
        log.start(1000L * GRANULE);
        log.completed(new TestRequest().read(0, 8));
        log.completed(new TestRequest().flush());
        log.completed(new TestRequest().verify(0, 8));
        assertThat(take(log)).isEmpty();
        log.completed(new TestRequest().write(GRANULE - 1, 2, false));
        log.completed(new TestRequest().deallocate(70L * GRANULE, 1, false));
        assertThat(log.changedBlocks()).isEqualTo(3L * GRANULE);
        assertThat(take(log)).containsExactly(0L, 1L, 70L);
        assertThat(take(log)).isEmpty();
    }

    @Test
    void rangesOfAnyLengthSetTheirGranulesAndNoOthers() {
        long granules = 300;
        SplittableRandom random = new SplittableRandom(4);
        BlockChangeLog log = new BlockChangeLog(512);
        log.start(granules * GRANULE);
        for (int i = 0; i < 2000; i++) {
            long first = random.nextLong(granules * GRANULE);
            long count = 1 + random.nextLong(granules * GRANULE - first);
            log.completed(zeroes(first, count));
            List<Long> expected = new ArrayList<>();
            for (long g = first / GRANULE; g <= (first + count - 1) / GRANULE; g++) {
                expected.add(g);
            }
            assertThat(take(log)).isEqualTo(expected);
        }
    }

    @Test
    void whatARefusedRequestNamesBeyondTheEndIsLeftOut() {
        BlockChangeLog log = new BlockChangeLog(4096);
        log.start(9);
        log.completed(zeroes(8, Long.MAX_VALUE - 2));
        log.completed(zeroes(9, 1));
        log.completed(zeroes(-1, 1));
        log.completed(zeroes(Long.MAX_VALUE, 3));
        log.completed(zeroes(3, 0));
        assertThat(take(log)).containsExactly(2L);
    }

    @Test
    void hugeDevicesHaveCoarserGranulesInBoundedMemory() {
        BlockChangeLog log = new BlockChangeLog(512);
        long blocks = Long.MAX_VALUE / 4096;
        log.start(blocks);
        assertThat(log.words()).isLessThanOrEqualTo(1 << 21);
        log.completed(zeroes(blocks - 1, 1));
        assertThat(take(log)).containsExactly((blocks - 1) / log.granuleBlocks());
    }

    /** The content is one number per granule: whoever copies must end with the last one of each, however often the two meet. */
    @Test
    void noChangeIsLostBetweenChangersAndTheCopier() throws InterruptedException {
        int granules = 128;
        int rounds = 200_000;
        BlockChangeLog log = new BlockChangeLog(512);
        log.start((long) granules * GRANULE);
        // Plain arrays, each cell written by one thread: only the log orders the accesses.
        int[] content = new int[granules];
        int[] copy = new int[granules];
        AtomicInteger running = new AtomicInteger(2);
        List<Thread> changers = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            int parity = t;
            changers.add(Thread.ofPlatform().start(() -> {
                SplittableRandom random = new SplittableRandom(parity);
                BlockRequest request = new TestRequest();
                for (int i = 1; i <= rounds; i++) {
                    int granule = 2 * random.nextInt(granules / 2) + parity;
                    content[granule] = i;
                    log.completed(request.writeZeroes((long) granule * GRANULE, 1, false, true));
                }
                running.decrementAndGet();
            }));
        }
        while (running.get() > 0) {
            copy(log, content, copy);
        }
        for (Thread changer : changers) {
            changer.join();
        }
        copy(log, content, copy);
        assertThat(copy).isEqualTo(content);
    }

    private static void copy(BlockChangeLog log, int[] content, int[] copy) {
        for (int word = 0; word < log.words(); word++) {
            for (long bits = log.take(word); bits != 0; bits &= bits - 1) {
                int granule = 64 * word + Long.numberOfTrailingZeros(bits);
                copy[granule] = content[granule];
            }
        }
    }
}
