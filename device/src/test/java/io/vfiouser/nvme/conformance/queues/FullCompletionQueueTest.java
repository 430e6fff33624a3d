package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.IdentifyCns;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A completion queue whose host takes nothing for a while. Base 2.1, section 3.3.1.2. */
@QueueStress
class FullCompletionQueueTest {
    private static final int SMALL = 5;

    @ParameterizedTest
    @EnumSource(DoorbellMode.class)
    void nothingIsLostOrOverwrittenAndOtherQueuesGoOn(DoorbellMode doorbells, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            CompletionRing full = host.completionQueue(1, SMALL);
            SubmissionRing first = host.submissionQueue(1, 64, full);
            SubmissionRing second = host.submissionQueue(9, 33, full);
            CompletionRing free = host.completionQueue(2, 64);
            SubmissionRing other = host.submissionQueue(2, 64, free);
            long buffer = host.host().allocate(1);
            for (int namespace : new int[] {StressHost.NULL, StressHost.RAM, StressHost.FILE}) {
                assertThat(first.read(63, namespace, 0, 8, buffer)).isEqualTo(63);
                first.ring();
                assertThat(second.read(32, namespace, 0, 8, buffer)).isEqualTo(32);
                second.ring();
                int posted = 0;
                while (host.ledger().outstanding() > SMALL - 1) {
                    host.host().await("a full queue", () -> full.waiting() == SMALL - 1);
                    MemorySegment before = copy(full);
                    keepBusy(host, other, free, buffer);
                    assertThat(copy(full).mismatch(before))
                            .as("a full queue stays as it is")
                            .isEqualTo(-1);
                    // one or several places become free
                    posted += full.take(1 + posted % (SMALL - 1));
                    full.tell();
                }
                host.settle(List.of(full, free));
            }
        }
    }

    /** Shows that time goes by for the poller and the control thread of the controller. */
    private static void keepBusy(StressHost host, SubmissionRing other, CompletionRing free, long buffer) {
        long before = host.ledger().completed();
        int count = other.read(40, StressHost.RAM, 0, 8, buffer);
        other.ring();
        host.host().await("completions of another queue", () -> {
            free.consume();
            return host.ledger().completed() == before + count;
        });
        assertThat(host.host().identify(IdentifyCns.CONTROLLER, 0).byteSize()).isEqualTo(IdentifyCns.LENGTH_BYTES);
    }

    private static MemorySegment copy(CompletionRing ring) {
        return MemorySegment.ofArray(new byte[SMALL * CompletionEntry.LENGTH_BYTES])
                .copyFrom(ring.memory());
    }
}
