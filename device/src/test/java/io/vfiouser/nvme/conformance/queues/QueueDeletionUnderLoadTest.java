package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HostCompletion;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Queues are deleted while commands are in them. Base 2.1, sections 5.2.3 and 5.2.4: until the deletion completes each command completes
 * or goes with its queue; afterwards none completes.
 */
@QueueStress
class QueueDeletionUnderLoadTest {
    private static final int ENTRIES = 1024;
    /** Less than a full submission queue needs, so that commands stay in it. */
    private static final int SHARED_ENTRIES = 256;

    private static final int OTHERS = 200;
    private static final int HUGE_PAGES = 256;
    private static final int HUGE_COMMANDS = 60;

    @ParameterizedTest
    @CsvSource({"MAPPED, 1", "MAPPED, 2", "MAPPED, 3", "TRAPPED, 2", "TRAPPED, 3"})
    void commandsCompleteBeforeTheirQueueIsGoneOrNever(DoorbellMode doorbells, int namespace, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            deleteAgainAndAgain(host, namespace, 15, new Random(namespace));
        }
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, 1", "MAPPED, 2", "MAPPED, 3", "TRAPPED, 3"})
    @Tag("soak")
    @Timeout(600)
    void commandsCompleteBeforeTheirQueueIsGoneOrNeverThousandsOfTimes(
            DoorbellMode doorbells, int namespace, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            deleteAgainAndAgain(host, namespace, 3_000, new Random(100 + namespace));
        }
    }

    private static void deleteAgainAndAgain(StressHost host, int namespace, int times, Random random) {
        CompletionRing shared = host.completionQueue(1, SHARED_ENTRIES);
        SubmissionRing other = host.submissionQueue(2, 64, shared);
        SubmissionRing doomed = host.submissionQueue(1, ENTRIES, shared);
        StressHost.Transfer large = host.write(StressHost.LARGE_PAGES);
        long lost = 0;
        for (int i = 0; i < times; i++) {
            int batch = 1 + random.nextInt(ENTRIES - 1);
            doomed.put(batch, namespace, random.nextInt(1000), large);
            other.put(random.nextInt(32), namespace, 0, large);
            other.ring();
            doomed.ring();
            long enough = host.ledger().completed() + random.nextInt(batch);
            if (random.nextBoolean()) {
                host.host()
                        .await(
                                "some completions",
                                () -> shared.consume() == 0 || host.ledger().completed() >= enough);
            }
            lost += delete(host, doomed, shared, random.nextBoolean());
            assertThat(host.ledger().outstanding()).isEqualTo(host.ledger().outstanding(other.id()));
            // what came too late would come now
            int put = other.put(OTHERS, namespace, 0, large);
            assertThat(put).isPositive();
            other.ring();
            host.settle(List.of(shared));
            doomed = host.submissionQueue(1, ENTRIES, shared, doomed.base());
        }
        assertThat(lost).as("commands that went with their queue").isPositive();
        assertThat(host.ledger().completed()).isPositive();
    }

    /**
     * Deletes, with or without consuming meanwhile, and takes note of all that came before the queue was gone. Returns how many commands
     * went with it.
     */
    private static int delete(StressHost host, SubmissionRing doomed, CompletionRing completions, boolean consume) {
        host.ledger().deleting(doomed.id());
        host.host().admin().submit((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, doomed.id()));
        boolean[] gone = {false};
        host.host().await("the deletion", () -> {
            Optional<HostCompletion> deletion = host.host().admin().peek();
            deletion.ifPresent(HostCompletion::orThrow);
            gone[0] = deletion.isPresent();
            if (consume || gone[0]) {
                completions.consume();
            }
            return gone[0];
        });
        host.host().admin().consume();
        return host.ledger().closed(doomed.id());
    }

    /** So long in the back end that a host would see them complete after the deletion. */
    @Test
    void commandsThatWereFetchedAreWaitedFor(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            CompletionRing completions = host.completionQueue(1, SHARED_ENTRIES);
            StressHost.Transfer huge = host.write(HUGE_PAGES);
            for (int i = 0; i < 5; i++) {
                SubmissionRing doomed = host.submissionQueue(1, ENTRIES, completions);
                assertThat(doomed.put(HUGE_COMMANDS, StressHost.FILE, 0, huge)).isEqualTo(HUGE_COMMANDS);
                doomed.ring();
                host.host().await("a completion", () -> completions.consume() > 0);
                int ignored = delete(host, doomed, completions, true);
                // what came too late would come before these, which are behind it in the back end
                SubmissionRing next = host.submissionQueue(2, ENTRIES, completions);
                next.put(10, StressHost.FILE, 0, huge);
                next.ring();
                host.settle(List.of(completions));
                host.deleteIdle(next);
            }
        }
    }

    @Test
    void aFullCompletionQueueDoesNotHoldTheDeletionUp(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            long buffer = host.host().allocate(1);
            for (int namespace : new int[] {StressHost.NULL, StressHost.RAM, StressHost.FILE}) {
                CompletionRing full = host.completionQueue(1, 4);
                SubmissionRing doomed = host.submissionQueue(1, 64, full);
                doomed.read(63, namespace, 0, StressHost.PAGE_BLOCKS, buffer);
                doomed.ring();
                host.host().await("a full queue", () -> full.waiting() == 3);
                host.ledger().deleting(doomed.id());
                host.host()
                        .admin()
                        .execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, doomed.id()))
                        .orThrow();
                assertThat(full.take(Integer.MAX_VALUE)).isEqualTo(3);
                assertThat(host.ledger().closed(doomed.id())).isEqualTo(60);
                full.assertNothingElseWasPosted();
                host.delete(full).orThrow();
            }
        }
    }

    @Test
    void aCompletionQueueInUseIsNotDeletedAndGoesOn(StressServers servers) {
        try (StressHost host = servers.attach(DoorbellMode.MAPPED)) {
            CompletionRing used = host.completionQueue(7, 64);
            SubmissionRing submissions = host.submissionQueue(3, 64, used);
            long buffer = host.host().allocate(1);
            for (int i = 0; i < 50; i++) {
                submissions.read(63, StressHost.FILE, 0, StressHost.PAGE_BLOCKS, buffer);
                submissions.ring();
                assertThat(host.delete(used).status()).isEqualTo(StatusCode.INVALID_QUEUE_DELETION);
                used.consume();
            }
            host.settle(List.of(used));
            host.deleteIdle(submissions);
            host.delete(used).orThrow();
        }
    }
}
