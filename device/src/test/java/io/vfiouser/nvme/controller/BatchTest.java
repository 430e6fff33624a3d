package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.WrappingBlockDevice;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the host sees what of a batch, and what the back end hears of a batch before it begins. */
@Timeout(60)
class BatchTest {
    private static final int BLOCK = 512;
    private static final int LONG_BLOCKS = 64;
    private static final int PAGES = 8;

    private record Expected(long firstBlock, long blockCount) {}

    /** Notes what the host sees while a request is executed, and what was announced. */
    private final class Watching extends WrappingBlockDevice {
        Watching() {
            super(RamBlockDevice.ofSize(1 << 20));
        }

        @Override
        protected void received(BlockRequest request) {
            lookForCompletions();
            seenAtRequest.add(seen.size());
            expectedAtRequest.add(expected.size());
        }

        @Override
        protected void expected(long firstBlock, long blockCount) {
            if (memoryIsGone) {
                throw new InternalError("as if the guest's memory had gone");
            }
            expected.add(new Expected(firstBlock, blockCount));
        }
    }

    private final List<HostCompletion> seen = new ArrayList<>();
    private final List<Integer> seenAtRequest = new ArrayList<>();
    private final List<Expected> expected = new ArrayList<>();
    private final List<Integer> expectedAtRequest = new ArrayList<>();
    private final InMemoryGuest guest = InMemoryGuest.mapped(new Watching());
    private final NvmeHost host = new NvmeHost(guest);
    private boolean memoryIsGone;
    private long data;
    private HostQueue queue;

    @BeforeEach
    void enable() {
        host.enable();
        data = host.allocate(PAGES);
        queue = host.createQueues(1, 64);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private void lookForCompletions() {
        queue.peek().ifPresent(completion -> {
            seen.add(completion);
            lookForCompletions();
        });
    }

    private void read(long lba, int blocks) {
        long second = blocks * BLOCK <= 2 * 4096 ? data + 4096 : list();
        queue.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, lba, blocks, data, second));
    }

    /** A PRP list of the pages after the first, in the last one. */
    private long list() {
        long page = data + (PAGES - 1) * 4096L;
        for (int i = 1; i < PAGES; i++) {
            LittleEndian.putU64(host.memory(), host.at(page) + (i - 1) * 8L, data + i % (PAGES - 1) * 4096L);
        }
        return page;
    }

    private void run() {
        queue.ring();
        guest.settle();
        lookForCompletions();
        queue.consume();
    }

    @Test
    void aLookThatAnErrorEndedLeavesNothingForTheNext() {
        memoryIsGone = true;
        for (int i = 0; i < UpcomingCommands.WINDOW; i++) {
            read(i, 1);
        }
        run();
        memoryIsGone = false;
        host.disable();
        host.enable();
        queue = host.createQueues(1, 64);
        for (int i = 0; i < UpcomingCommands.WINDOW; i++) {
            read(i, 1);
        }
        run();
        assertThat(seen).hasSize(UpcomingCommands.WINDOW).allSatisfy(completion -> completion.orThrow());
    }

    @Test
    void theBackEndMovesEightAtATime() {
        for (int i = 0; i < 10; i++) {
            read(i, 1);
        }
        run();
        assertThat(seenAtRequest).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 8, 8);
        assertThat(seen).hasSize(10).allSatisfy(completion -> completion.orThrow());
        // What had been fetched when they were posted, all at once.
        assertThat(seen).extracting(HostCompletion::submissionHead).containsExactly(8, 8, 8, 8, 8, 8, 8, 8, 10, 10);
    }

    @Test
    void beforeACommandThatTakesLongItSeesAllThereAre() {
        read(0, 1);
        read(1, 1);
        read(2, LONG_BLOCKS);
        read(3, 1);
        run();
        assertThat(seenAtRequest).containsExactly(0, 0, 2, 2);
        assertThat(seen).hasSize(4).allSatisfy(completion -> completion.orThrow());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 13})
    void queuesOfAnyLengthWrapAround(int entries) {
        HostQueue other = host.createQueues(2, entries);
        for (int round = 0; round < 5 * entries; round++) {
            int count = 1 + round % (entries - 1);
            for (int i = 0; i < count; i++) {
                other.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 1, data, 0));
            }
            other.ring();
            assertThat(other.reap(count)).allSatisfy(completion -> completion.orThrow());
        }
        assertThat(other.peek()).isEmpty();
    }

    @Test
    void theBackEndHearsOfAllBeforeTheFirst() {
        read(7, 1);
        read(100, 8);
        queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        queue.put((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 50, 2, 0, data, 0));
        queue.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 9, 3, 1, data, 0));
        queue.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, Long.MAX_VALUE, 3, data, 0));
        run();
        assertThat(expected)
                .containsExactly(
                        new Expected(7, 1), new Expected(100, 8), new Expected(50, 2), new Expected(Long.MAX_VALUE, 3));
        assertThat(expectedAtRequest).containsOnly(4);
        assertThat(seen).hasSize(6);
    }

    @Test
    void acrossTheEndOfTheQueueToo() {
        HostQueue small = host.createQueues(2, 8);
        for (int round = 0; round < 5; round++) {
            expected.clear();
            for (int i = 0; i < 5; i++) {
                long lba = 10L * round + i;
                small.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, lba, 1, data, 0));
            }
            small.ring();
            assertThat(small.reap(5)).allSatisfy(completion -> completion.orThrow());
            int of = round;
            assertThat(expected)
                    .extracting(Expected::firstBlock)
                    .containsExactly(10L * of, 10L * of + 1, 10L * of + 2, 10L * of + 3, 10L * of + 4);
        }
    }

    @Test
    void aCommandAloneIsNotAnnounced() {
        read(7, 1);
        run();
        assertThat(expected).isEmpty();
    }
}
