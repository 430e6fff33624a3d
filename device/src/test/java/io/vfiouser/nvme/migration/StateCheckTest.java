package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.EventState.MaskedType;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** States with a value that no controller can have, or whose parts contradict each other, are neither written nor read. */
class StateCheckTest {
    private static final SubmissionQueueState SQ = new SubmissionQueueState(1, 0x1000, 8, true, 0, 1, 0, 0, List.of());
    private static final CompletionQueueState CQ = new CompletionQueueState(1, 0x2000, 8, true, true, 1, 0, 0, true);
    private static final QueuePairState ADMIN = new QueuePairState(
            new SubmissionQueueState(0, 0x3000, 32, true, 0, 0, 0, 0, List.of()),
            new CompletionQueueState(0, 0x4000, 32, true, true, 0, 0, 0, true));
    private static final Bytes READ = Bytes.of(new byte[] {
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    });

    private static StateBuilder good() {
        return new StateBuilder(TestStreams.leastState())
                .adminQueue(Optional.of(ADMIN))
                .submissionQueues(List.of(SQ))
                .completionQueues(List.of(CQ));
    }

    private static void assertRefused(StateBuilder state, String... parts) {
        assertThatThrownBy(() -> StateCodec.encode(state.build()))
                .isInstanceOf(StateRefusedException.class)
                .hasMessageContainingAll(parts);
    }

    private static SubmissionQueueState sq(int id, int entries, int cqid, int head, int tail, Integer... aborted) {
        return new SubmissionQueueState(id, 0x1000, entries, true, 0, cqid, head, tail, List.of(aborted));
    }

    private static CompletionQueueState cq(int id, int entries, int head, int tail) {
        return new CompletionQueueState(id, 0x1000, entries, true, true, 0, head, tail, true);
    }

    @Test
    void submissionQueues() {
        StateCodec.encode(good().build());
        assertRefused(good().submissionQueues(List.of(sq(1, 1, 1, 0, 0))), "submission queue 1 has 1 entries");
        assertRefused(good().submissionQueues(List.of(sq(1, 65537, 1, 0, 0))), "65537 entries");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 1, 8, 0))), "head at 8");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 1, 0, 8))), "tail at 8");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 1, -1, 0))), "head at -1");
        assertRefused(good().submissionQueues(List.of(sq(0, 8, 1, 0, 0))), "submission queue 0");
        assertRefused(good().submissionQueues(List.of(SQ, SQ)), "submission queue 1 comes behind 1");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 2, 0, 0))), "completion queue 2, which does not exist");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 0, 0, 0))), "completion queue 0, which does not exist");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 1, 0, 0, 8))), "aborted entry 8");
        assertRefused(good().submissionQueues(List.of(sq(1, 8, 1, 0, 0, 3, 3))), "aborted entry 3");
        assertRefused(good().submissionQueues(List.of(sq(65536, 8, 1, 0, 0))), "does not fit");
        assertRefused(
                good().submissionQueues(List.of(new SubmissionQueueState(1, 0, 8, true, 4, 1, 0, 0, List.of()))),
                "priority 4");
    }

    @Test
    void completionQueues() {
        assertRefused(good().completionQueues(List.of(cq(1, 1, 0, 0))), "completion queue 1 has 1 entries");
        assertRefused(good().completionQueues(List.of(cq(1, 8, 8, 0))), "head at 8");
        assertRefused(good().completionQueues(List.of(cq(1, 8, 0, 9))), "tail at 9");
        assertRefused(good().completionQueues(List.of(CQ, CQ)), "completion queue 1 comes behind 1");
        assertRefused(good().completionQueues(List.of(cq(2, 8, 0, 0), CQ)), "completion queue 1 comes behind 2");
    }

    @Test
    void theAdminQueue() {
        assertRefused(good().adminQueue(Optional.empty()), "no admin queue");
        assertRefused(good().adminQueue(Optional.of(new QueuePairState(SQ, CQ))), "other than 0");
    }

    @Test
    void doorbells() {
        ShadowDoorbellState one = new ShadowDoorbellState(2, 0, true, 0);
        assertRefused(
                good().doorbellBuffers(Optional.of(new DoorbellBufferState(0, 0, List.of(one, one)))), "doorbell 2");
        ShadowDoorbellState far = new ShadowDoorbellState(1 << 17, 0, true, 0);
        assertRefused(good().doorbellBuffers(Optional.of(new DoorbellBufferState(0, 0, List.of(far)))), "131072");
    }

    @Test
    void features() {
        FeatureState one = new FeatureState(5, 0, 1, false, Bytes.NONE);
        assertRefused(good().features(List.of(one, one)), "feature 05h");
        assertRefused(good().features(List.of(new FeatureState(256, 0, 0, false, Bytes.NONE))), "does not fit");
        assertRefused(good().features(List.of(new FeatureState(1, 0, 0, false, Bytes.of(new byte[4097])))), "4097");
    }

    private static EventState events(
            List<Integer> requests, List<AsynchronousEvent> events, List<MaskedType> masked, List<Integer> changed) {
        return new EventState(requests, List.of(), events, masked, changed, List.of());
    }

    @Test
    void events() {
        List<MaskedType> twice = List.of(new MaskedType(1, 2), new MaskedType(1, 3));
        assertRefused(good().events(events(Collections.nCopies(257, 1), List.of(), List.of(), List.of())), "257");
        assertRefused(good().events(events(List.of(65536), List.of(), List.of(), List.of())), "does not fit");
        assertRefused(
                good().events(events(List.of(), List.of(new AsynchronousEvent(8, 0, 0)), List.of(), List.of())),
                "event type 8");
        assertRefused(good().events(events(List.of(), List.of(), twice, List.of())), "type 1");
        assertRefused(good().events(events(List.of(), List.of(), List.of(), List.of(2, 1))), "ascending");
        assertRefused(good().events(events(List.of(), List.of(), List.of(), List.of(0))), "ascending");
    }

    @Test
    void commandsAndCompletions() {
        assertRefused(good().commands(List.of(new CommandState(2, READ))), "queue 2");
        assertRefused(good().commands(List.of(new CommandState(0, READ))), "queue 0");
        assertRefused(good().commands(List.of(new CommandState(1, Bytes.of(new byte[63])))), "63 bytes");
        byte[] compare = READ.toArray();
        compare[0] = 5;
        assertRefused(good().commands(List.of(new CommandState(1, Bytes.of(compare)))), "Compare", "05h", "twice");
        assertRefused(good().completions(List.of(new CompletionState(2, 0, 0, 0))), "queue 2");
        assertRefused(good().completions(List.of(new CompletionState(1, 0, 0x8000, 0))), "status 8000h");
        assertRefused(good().completions(List.of(new CompletionState(1, 65536, 0, 0))), "does not fit");
        assertRefused(good().commands(Collections.nCopies(100_001, new CommandState(1, READ))), "100001");
    }

    @Test
    void interrupts() {
        assertRefused(good().pendingInterrupts(List.of(2048)), "vector 2048");
        assertRefused(good().pendingInterrupts(List.of(3, 3)), "ascending");
        assertRefused(good().pendingInterrupts(List.of(-1)), "ascending");
    }

    @Test
    void theErrorLog() {
        ErrorLogEntry wide = new ErrorLogEntry(1, 65536, 0, 0, 0, 0, 0, 0);
        LogState logs = new LogState(0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, false, 0, List.of(wide));
        assertRefused(good().logs(logs), "error 1");
        ErrorLogEntry entry = new ErrorLogEntry(1, 0, 0, 0, 0, 0, 0, 0);
        LogState many = new LogState(
                0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, false, 0, Collections.nCopies(257, entry));
        assertRefused(good().logs(many), "257");
    }

    @Test
    void namespaces() {
        NamespaceState one = RandomStates.of(1).namespaces().getFirst();
        assertRefused(good().namespaces(List.of(one, one)), "ascending");
        assertRefused(good().namespaces(List.of(with(one, 0, 512, 1))), "ascending");
        assertRefused(good().namespaces(List.of(with(one, -1, 512, 1))), "4294967295");
        assertRefused(good().namespaces(List.of(with(one, 1, 513, 1))), "513 bytes");
        assertRefused(good().namespaces(List.of(with(one, 1, 512, 0))), "0 blocks");
        List<NamespaceState> many = new ArrayList<>();
        for (int id = 1; id <= 1025; id++) {
            many.add(with(one, id, 512, 1));
        }
        assertRefused(good().namespaces(many), "1025");
    }

    private static NamespaceState with(NamespaceState n, int id, int blockBytes, long blockCount) {
        return new NamespaceState(
                id,
                n.identity(),
                blockCount,
                blockBytes,
                n.shared(),
                n.fromPool(),
                n.attached(),
                n.readOnly(),
                n.volatileCache(),
                n.deallocatedReads(),
                n.atomicBlocks());
    }

    @Test
    void thePciFunction() {
        assertRefused(good().pci(new PciState(Bytes.of(new byte[64]), Bytes.NONE, Bytes.NONE)), "64 bytes");
        assertRefused(good().pci(new PciState(Bytes.NONE, Bytes.of(new byte[65537]), Bytes.NONE)), "65537");
    }
}
