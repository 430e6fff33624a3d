package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** As many queue pairs at once as the controller has. */
@QueueStress
class ManyQueuesTest {
    private static final int QUEUES = 128;

    @ParameterizedTest
    @EnumSource(DoorbellMode.class)
    void allQueuePairsWorkAtOnceWithIdentifiersCrossed(DoorbellMode doorbells, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            List<CompletionRing> completions = new ArrayList<>();
            for (int id = 1; id <= QUEUES; id++) {
                completions.add(host.completionQueue(id, 2 + id % 61));
            }
            run(host, completions, id -> completions.get(QUEUES - id), 100, new Random(1));
        }
    }

    @Test
    void allSubmissionQueuesMayShareFewCompletionQueues(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            List<CompletionRing> completions =
                    List.of(host.completionQueue(7, 5), host.completionQueue(64, 257), host.completionQueue(128, 4096));
            run(host, completions, id -> completions.get(id % 3), 300, new Random(2));
        }
    }

    @Test
    void queuesMayBeFewAndSparse(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            CompletionRing last = host.completionQueue(QUEUES, 100);
            CompletionRing middle = host.completionQueue(50, 9);
            List<SubmissionRing> submissions = List.of(
                    host.submissionQueue(1, 64, last),
                    host.submissionQueue(127, 3, middle),
                    host.submissionQueue(50, 17, last));
            load(host, submissions, List.of(last, middle), 2_000, new Random(3));
        }
    }

    @Test
    @Tag("soak")
    @Timeout(900)
    void allQueuePairsWorkAtOnceForMillionsOfCommands(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            List<CompletionRing> completions = List.of(host.completionQueue(7, 5), host.completionQueue(64, 257));
            run(host, completions, id -> completions.get(id % 2), 50_000, new Random(4));
        }
    }

    private static void run(
            StressHost host,
            List<CompletionRing> completions,
            IntFunction<CompletionRing> completionOf,
            int perQueue,
            Random random) {
        List<SubmissionRing> submissions = new ArrayList<>();
        for (int id = 1; id <= QUEUES; id++) {
            submissions.add(host.submissionQueue(id, 2 + id * 7 % 63, completionOf.apply(id)));
        }
        load(host, submissions, completions, perQueue, random);
        submissions.forEach(host::deleteIdle);
        completions.forEach(ring -> host.delete(ring).orThrow());
    }

    private static void load(
            StressHost host,
            List<SubmissionRing> submissions,
            List<CompletionRing> completions,
            int perQueue,
            Random random) {
        long buffer = host.host().allocate(1);
        int[] left = new int[submissions.size()];
        java.util.Arrays.fill(left, perQueue);
        long target = host.ledger().completed() + (long) perQueue * submissions.size();
        long[] before = new long[1];
        while (host.ledger().completed() < target) {
            before[0] = host.ledger().completed();
            for (int i = 0; i < left.length; i++) {
                int namespace = 1 + (i + random.nextInt(2)) % StressHost.FILE;
                int put = submissions.get(i).read(Math.min(left[i], 1 + random.nextInt(40)), namespace, 8, 8, buffer);
                left[i] -= put;
                if (put > 0) {
                    submissions.get(i).ring();
                }
            }
            host.host().await("completions", () -> {
                completions.forEach(CompletionRing::consume);
                return host.ledger().completed() > before[0];
            });
        }
        host.settle(completions);
        assertThat(host.ledger().completed()).isEqualTo(target);
    }
}
