package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue pair against a controller that the test plays itself. */
class QueuePairTest {

    private static final int ENTRIES = 8;
    private static final int DEPTH = 6;
    private static final long IOVA = 1L << 32;
    private static final int QUEUE = 3;
    private static final long TIMEOUT_MILLIS = 100;

    private final HostMemory memory = HostMemory.create(1 << 20, IOVA);
    private final AtomicBoolean serverClosed = new AtomicBoolean();
    private final Watchdog watchdog = new Watchdog(serverClosed::get, "test");
    private final List<String> rung = new ArrayList<>();
    private final List<Long> completed = new ArrayList<>();
    private final DoorbellRegisters registers = new DoorbellRegisters() {
        @Override
        public long submissionDoorbell(int queueId) {
            return 0;
        }

        @Override
        public long completionDoorbell(int queueId) {
            return 1;
        }

        @Override
        public void ring(long offset, int value) {
            rung.add((offset == 0 ? "tail " : "head ") + value);
        }

        @Override
        public String describeStatus() {
            return "; played by a test";
        }
    };

    private QueuePair pair;
    private int completionTail;
    private int phase = 1;

    @BeforeEach
    void create() {
        watchdog.start();
        pair = new QueuePair(QUEUE, ENTRIES, DEPTH, memory, registers, watchdog, TIMEOUT_MILLIS, 1 << 20);
    }

    @AfterEach
    void close() {
        watchdog.close();
        memory.close();
    }

    @Test
    void aBatchRingsOnceAndCompletionsCarryTheirTags() {
        assertThat(List.of(submit(10), submit(11), submit(12))).doesNotHaveDuplicates();
        assertThat(poll()).isZero();
        assertThat(rung).containsExactly("tail 3");
        complete(commandIdAt(1), 3, 0);
        complete(commandIdAt(0), 3, 0);
        assertThat(poll()).isEqualTo(2);
        assertThat(completed).containsExactly(11L, 10L);
        assertThat(rung).containsExactly("tail 3", "head 2");
        assertThat(pair.outstanding()).isEqualTo(1);
    }

    @Test
    void noMoreThanDepthAreInFlight() {
        for (int i = 0; i < DEPTH; i++) {
            assertThat(submit(i)).isNotEqualTo(QueuePair.FULL);
        }
        assertThat(pair.begin(99, true)).isEqualTo(QueuePair.FULL);
    }

    @Test
    void queuesWrapManyTimesWithoutLossOrRepetition() {
        int submitted = 0;
        while (submitted < 1000) {
            int batch = 1 + submitted % DEPTH;
            for (int i = 0; i < batch; i++) {
                submit(submitted++);
            }
            pair.ring();
            for (int i = 0; i < batch; i++) {
                complete(commandIdAt(submitted - batch + i & ENTRIES - 1), submitted & ENTRIES - 1, 0);
            }
            assertThat(poll()).isEqualTo(batch);
        }
        assertThat(completed).hasSize(submitted).doesNotHaveDuplicates();
    }

    @Test
    void anUnknownCommandIdentifierIsRefused() {
        int id = submit(1);
        poll();
        complete(id + 1, 1, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("not in flight");
    }

    @Test
    void aCompletionThatComesTwiceIsRefused() {
        int id = submit(1);
        poll();
        complete(id, 1, 0);
        complete(id, 1, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("not in flight");
    }

    @Test
    void aCompletionThatComesAgainIsRefusedThoughItsSlotIsInUseAgain() {
        pair = new QueuePair(QUEUE, ENTRIES, 1, memory, registers, watchdog, TIMEOUT_MILLIS, 4096);
        int first = submit(1);
        poll();
        complete(first, 1, 0);
        assertThat(poll()).isEqualTo(1);
        int second = submit(2);
        poll();
        assertThat(second).isNotEqualTo(first);
        complete(first, 2, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("not in flight");
    }

    @Test
    void identifiersOfASlotComeRoundWithoutTheReservedOne() {
        Set<Integer> seen = new HashSet<>();
        CommandSlots slots = new CommandSlots(DEPTH);
        for (int i = 0; i < 20_000; i++) {
            int id = slots.take(i, 1);
            assertThat(id).isBetween(0, 0xFFFE);
            assertThat(slots.inFlight(id)).isEqualTo(slots.slot(id)).isBetween(0, DEPTH - 1);
            seen.add(id);
            assertThat(slots.release(slots.slot(id))).isEqualTo(i);
            assertThat(slots.inFlight(id)).isEqualTo(CommandSlots.NONE);
        }
        assertThat(seen).hasSizeGreaterThan(8000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 255, 256, 32_768, 32_769, 65_535})
    void identifiersAreUniqueAmongThoseInFlight(int depth) {
        CommandSlots slots = new CommandSlots(depth);
        for (int round = 0; round < 3; round++) {
            Set<Integer> inFlight = new HashSet<>();
            for (int i = 0; i < depth; i++) {
                assertThat(inFlight.add(slots.take(i, 1))).isTrue();
            }
            assertThat(slots.take(0, 1)).isEqualTo(CommandSlots.NONE);
            inFlight.forEach(id -> assertThat(slots.release(slots.inFlight(id))).isNotNegative());
        }
    }

    @Test
    void aCommandThatIsLostIsFoundThoughOthersCompleteAllTheTime() {
        int lost = submit(1);
        assertThatExceptionOfType(NvmeTimeoutException.class)
                .isThrownBy(() -> {
                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                    for (int i = 2; System.nanoTime() < end; i++) {
                        int other = submit(i);
                        pair.ring();
                        complete(other, i & ENTRIES - 1, 0);
                        poll();
                    }
                })
                .withMessageContaining("command " + lost + " of queue " + QUEUE);
    }

    @Test
    void theClockOfTimeOutsStandsStillWhileTheGuestIsPaused() {
        AtomicBoolean paused = new AtomicBoolean();
        try (Watchdog stands = new Watchdog(serverClosed::get, "test", paused::get)) {
            stands.start();
            Awaitility.await().until(() -> stands.tick() > 2);
            paused.set(true);
            serverClosed.set(true);
            // a tick may be under way
            long start = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(60));
            int before = stands.tick();
            Awaitility.await().until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(250));
            assertThat(stands.tick()).isEqualTo(before);
            stands.check();
            stands.switchTo(() -> false, "another");
            paused.set(false);
            Awaitility.await().until(() -> stands.tick() > before);
            stands.check();
        }
    }

    @Test
    void aForeignQueueIdentifierIsRefused() {
        int id = submit(1);
        poll();
        publish(QUEUE + 1, id, 1, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("submission queue " + (QUEUE + 1));
    }

    @Test
    void aHeadThatOvertakesTheTailIsRefused() {
        int id = submit(1);
        poll();
        complete(id, 2, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("head to 2");
    }

    @Test
    void aHeadOutsideOfTheQueueIsRefused() {
        int id = submit(1);
        poll();
        complete(id, ENTRIES, 0);
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(this::poll)
                .withMessageContaining("head to 8");
    }

    @Test
    void anEntryOfTheOldPhaseIsNotLookedAt() {
        int id = submit(1);
        poll();
        CompletionEntry.publish(completions(), 0, 0, 1, QUEUE, id, 0, 0);
        assertThat(poll()).isZero();
    }

    @Test
    void aCommandThatIsNeverCompletedTimesOut() {
        submit(1);
        Awaitility.await()
                .untilAsserted(() -> assertThatExceptionOfType(NvmeTimeoutException.class)
                        .isThrownBy(this::poll)
                        .withMessageContaining("played by a test"));
    }

    @Test
    void aServerThatIsGoneIsNoticedWithinASecond() {
        submit(1);
        poll();
        serverClosed.set(true);
        long start = System.nanoTime();
        assertThatExceptionOfType(NvmeDisconnectedException.class).isThrownBy(() -> {
            while (System.nanoTime() - start < 1_000_000_000L) {
                poll();
            }
        });
    }

    private int submit(long tag) {
        int id = pair.begin(tag, true);
        IoCommand.flush(pair.submissions(), pair.slotOffset(), id, 1);
        pair.commit();
        return id;
    }

    private int poll() {
        return pair.poll((tag, status, result) -> completed.add(tag), Integer.MAX_VALUE);
    }

    private int commandIdAt(int slot) {
        return SubmissionEntry.commandId(
                SubmissionEntry.cdw0(pair.submissions(), (long) slot * SubmissionEntry.LENGTH_BYTES));
    }

    private void complete(int commandId, int head, int status) {
        publish(QUEUE, commandId, head, status);
    }

    private void publish(int queueId, int commandId, int head, int status) {
        CompletionEntry.publish(
                completions(),
                (long) completionTail * CompletionEntry.LENGTH_BYTES,
                0,
                head,
                queueId,
                commandId,
                status,
                phase);
        completionTail = completionTail + 1 & ENTRIES - 1;
        if (completionTail == 0) {
            phase ^= 1;
        }
    }

    private MemorySegment completions() {
        return memory.segment().asSlice(pair.completionBase() - IOVA, (long) ENTRIES * CompletionEntry.LENGTH_BYTES);
    }
}
