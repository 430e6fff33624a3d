package io.vfiouser.nvme.conformance.queues;

import io.vfiouser.nvme.DoorbellMode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rings of odd sizes wrap around many times. Base 2.1, sections 3.3.1 and 4.2.4. */
@QueueStress
class QueueWrapAroundTest {
    private static final int[][] SIZES = {
        {2, 2},
        {3, 3},
        {5, 5},
        {2, 64},
        {64, 2},
        {3, 5},
        {5, 3},
        {63, 64},
        {64, 63},
        {257, 100},
        {65_535, 65_535},
        {65_536, 65_536},
        {65_536, 5},
        {2, 65_536}
    };
    /** Each message to a trapped doorbell costs as much as hundreds of commands. */
    private static final int MOST_COMMANDS_ONE_AT_A_TIME = 1_500;

    @ParameterizedTest
    @EnumSource(DoorbellMode.class)
    void everyCommandCompletesOnceWhereverTheRingsWrap(DoorbellMode doorbells, StressServers servers) {
        everySize(servers, doorbells, MOST_COMMANDS_ONE_AT_A_TIME);
    }

    @Test
    @Tag("soak")
    @Timeout(600)
    void everyCommandThatIsRungForAloneCompletesOnceWhereverTheRingsWrap(StressServers servers) {
        everySize(servers, DoorbellMode.TRAPPED, Integer.MAX_VALUE);
    }

    private static void everySize(StressServers servers, DoorbellMode doorbells, int mostOneAtATime) {
        try (StressHost host = servers.attach(doorbells)) {
            for (int[] size : SIZES) {
                int laps = Math.max(size[0], size[1]) > 1024 ? 1 : 20;
                int count = laps * Math.max(size[0], size[1]) + Math.min(size[0], size[1]) / 2 + 7;
                if (Math.min(size[0], size[1]) < 16 && doorbells == DoorbellMode.TRAPPED) {
                    count = Math.min(count, mostOneAtATime);
                }
                run(host, size[0], size[1], count, new Random(size[0] * 31L + size[1]));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 2_000_000", "64, 63, 20_000_000", "65535, 65536, 20_000_000"})
    @Tag("soak")
    @Timeout(600)
    void everyCommandOfMillionsCompletesOnce(int submission, int completion, String count, StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            run(host, submission, completion, Integer.parseInt(count.replace("_", "")), new Random(7));
        }
    }

    private static void run(StressHost host, int submission, int completion, int count, Random random) {
        CompletionRing completions = host.completionQueue(1, completion);
        SubmissionRing submissions = host.submissionQueue(1, submission, completions);
        long buffer = host.host().allocate(1);
        int[] left = {count};
        long target = host.ledger().completed() + count;
        long[] moved = {host.ledger().completed()};
        while (host.ledger().completed() < target) {
            host.host().await("progress with sizes " + submission + " and " + completion, () -> {
                int put = submissions.read(
                        Math.min(left[0], 1 + random.nextInt(submission)),
                        StressHost.NULL,
                        random.nextInt(1000),
                        8,
                        buffer);
                left[0] -= put;
                if (put > 0) {
                    submissions.ring();
                }
                int taken = completions.take(1 + random.nextInt(completion));
                if (taken > 0) {
                    completions.tell();
                }
                return host.ledger().completed() > moved[0];
            });
            moved[0] = host.ledger().completed();
        }
        host.settle(List.of(completions));
        host.deleteIdle(submissions);
        host.delete(completions).orThrow();
    }
}
