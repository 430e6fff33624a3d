package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As many commands at once as there are identifiers. */
@QueueStress
class OutstandingIdentifiersTest {
    private static final int LARGEST = 65_536;

    @ParameterizedTest
    @CsvSource({
        "MAPPED, 1, 65536",
        "MAPPED, 1, 100",
        "MAPPED, 3, 65536",
        "MAPPED, 3, 9000",
        "TRAPPED, 1, 65536",
        "TRAPPED, 3, 65536"
    })
    void allIdentifiersOutstandingAtOnceCompleteOnce(
            DoorbellMode doorbells, int namespace, int completionEntries, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            CompletionRing completions = host.completionQueue(1, completionEntries);
            SubmissionRing submissions = host.submissionQueue(1, LARGEST, completions);
            long buffer = host.host().allocate(1);
            assertThat(submissions.read(LARGEST, namespace, 0, 1, buffer)).isEqualTo(CompletionLedger.IDENTIFIERS);
            submissions.ring();
            host.host()
                    .await(
                            "a full completion queue, or all",
                            () -> completions.waiting()
                                    == Math.min(completionEntries - 1, CompletionLedger.IDENTIFIERS));
            host.settle(List.of(completions));
            assertThat(host.ledger().completed()).isEqualTo(CompletionLedger.IDENTIFIERS);
        }
    }
}
