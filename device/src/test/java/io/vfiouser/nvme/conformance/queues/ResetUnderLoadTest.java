package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Resets while commands are in all queues. Base 2.1, section 3.7: when CSTS.RDY is 0, or a device reset has been answered, the controller
 * writes nothing of what was before into memory any more.
 */
@QueueStress
class ResetUnderLoadTest {
    private static final int PAIRS = 4;
    private static final int ENTRIES = 512;
    /** So few that commands are left when the host stops consuming, however fast the controller is. */
    private static final int COMPLETION_ENTRIES = 128;

    private static final int BUFFERS = 4;
    private static final int BUFFER_PAGES = BUFFERS * StressHost.LARGE_PAGES;
    private static final byte CANARY = 0x3C;

    enum Kind {
        /** CC.EN is cleared. */
        CONTROLLER,
        /** The vfio-user message. */
        DEVICE,
        /** NSSR is written. */
        SUBSYSTEM
    }

    /** The memory of queues and data, all of it filled with canaries after a reset. */
    private record Memory(long submissions, long completions, List<StressHost.Transfer> transfers) {
        private static final int SUBMISSION_PAGES = PAIRS * StressHost.pages(ENTRIES, SubmissionEntry.LENGTH_BYTES);
        private static final int PAGES_OF_COMPLETIONS =
                StressHost.pages(COMPLETION_ENTRIES, CompletionEntry.LENGTH_BYTES);
        private static final int COMPLETION_PAGES = PAIRS * PAGES_OF_COMPLETIONS;

        static Memory of(StressHost host) {
            long all = host.host().allocate(SUBMISSION_PAGES + COMPLETION_PAGES + BUFFER_PAGES);
            long completions = all + (long) SUBMISSION_PAGES * NvmeHost.PAGE;
            long data = completions + (long) COMPLETION_PAGES * NvmeHost.PAGE;
            List<StressHost.Transfer> transfers = new ArrayList<>();
            for (int i = 0; i < BUFFERS; i++) {
                transfers.add(host.largeRead(data + (long) i * StressHost.LARGE_PAGES * NvmeHost.PAGE));
            }
            return new Memory(all, completions, transfers);
        }

        MemorySegment all(NvmeHost host) {
            return host.slice(submissions, (long) (SUBMISSION_PAGES + COMPLETION_PAGES + BUFFER_PAGES) * NvmeHost.PAGE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CONTROLLER, MAPPED, 2",
        "CONTROLLER, MAPPED, 3",
        "CONTROLLER, TRAPPED, 3",
        "DEVICE, MAPPED, 2",
        "DEVICE, MAPPED, 3",
        "DEVICE, TRAPPED, 3",
        "SUBSYSTEM, MAPPED, 3"
    })
    void nothingOfBeforeIsWrittenAfterwardsAndEverythingWorksAgain(
            Kind kind, DoorbellMode doorbells, int namespace, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            reset(host, kind, namespace, 4, new Random(namespace));
        }
    }

    @ParameterizedTest
    @CsvSource({"CONTROLLER, MAPPED, 3", "DEVICE, MAPPED, 3", "DEVICE, TRAPPED, 3", "SUBSYSTEM, MAPPED, 3"})
    @Tag("soak")
    @Timeout(900)
    void nothingOfBeforeIsWrittenAfterwardsHundredsOfTimes(
            Kind kind, DoorbellMode doorbells, int namespace, StressServers servers) {
        try (StressHost host = servers.attach(doorbells)) {
            reset(host, kind, namespace, 200, new Random(50 + namespace));
        }
    }

    private static void reset(StressHost host, Kind kind, int namespace, int times, Random random) {
        Memory now = Memory.of(host);
        Memory before = Memory.of(host);
        MemorySegment canaries = MemorySegment.ofArray(
                        new byte[(int) now.all(host.host()).byteSize()])
                .fill(CANARY);
        long lost = 0;
        for (int i = 0; i < times; i++) {
            List<SubmissionRing> submissions = queues(host, now);
            List<CompletionRing> completions =
                    submissions.stream().map(SubmissionRing::completions).toList();
            load(host, submissions, namespace, now);
            long wanted = host.ledger().completed() + random.nextInt(PAIRS * ENTRIES / 2);
            host.host().await("some completions", () -> {
                completions.forEach(CompletionRing::consume);
                return host.ledger().completed() >= wanted || host.ledger().outstanding() == 0;
            });
            perform(kind, host);
            completions.forEach(ring -> assertThat(ring.take(Integer.MAX_VALUE)).isNotNegative());
            lost += host.ledger().outstanding();
            host.ledger().allClosed();
            now.all(host.host()).fill(CANARY);
            host.host().enable();
            Memory swap = before;
            before = now;
            now = swap;
            List<SubmissionRing> fresh = queues(host, now);
            load(host, fresh, namespace, now);
            host.settle(fresh.stream().map(SubmissionRing::completions).toList());
            assertThat(before.all(host.host()).mismatch(canaries))
                    .as("first byte written into memory of before reset %d", i)
                    .isEqualTo(-1);
            host.host().disable();
            host.ledger().allClosed();
            host.host().enable();
        }
        assertThat(lost).as("commands that went with their queues").isPositive();
    }

    private static List<SubmissionRing> queues(StressHost host, Memory memory) {
        List<SubmissionRing> all = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            CompletionRing completions = host.completionQueue(
                    i + 1,
                    COMPLETION_ENTRIES,
                    memory.completions() + (long) i * Memory.PAGES_OF_COMPLETIONS * NvmeHost.PAGE);
            all.add(host.submissionQueue(
                    i + 1,
                    ENTRIES,
                    completions,
                    memory.submissions() + (long) i * ENTRIES * SubmissionEntry.LENGTH_BYTES));
        }
        return all;
    }

    private static void load(StressHost host, List<SubmissionRing> submissions, int namespace, Memory memory) {
        for (int n = 0; n < ENTRIES - 1; n++) {
            for (SubmissionRing ring : submissions) {
                StressHost.Transfer transfer = memory.transfers().get((n + ring.id()) % BUFFERS);
                assertThat(ring.put(1, namespace, n * 8L, transfer)).isEqualTo(1);
            }
        }
        submissions.forEach(SubmissionRing::ring);
        assertThat(host.ledger().outstanding()).isEqualTo(PAIRS * (ENTRIES - 1L));
    }

    private static void perform(Kind kind, StressHost host) {
        switch (kind) {
            case CONTROLLER -> host.host().disable();
            case DEVICE -> {
                host.transport().client().reset();
                assertThat(ControllerStatus.ready(host.host().status())).isFalse();
            }
            case SUBSYSTEM -> {
                host.transport().write32(ControllerRegisters.NSSR, ControllerRegisters.NSSR_KEY);
                host.host()
                        .await(
                                "CSTS.RDY to go",
                                () -> !ControllerStatus.ready(host.host().status()));
                assertThat(ControllerConfiguration.enabled(host.transport().read32(ControllerRegisters.CC)))
                        .isFalse();
            }
        }
    }
}
