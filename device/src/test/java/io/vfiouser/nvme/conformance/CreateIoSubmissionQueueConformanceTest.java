package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import org.junit.jupiter.api.Test;

/** Create I/O Submission Queue. Base 2.1, section 5.2.2. The host has created queue pair 1; completion queue 3 is added here. */
@ConformanceSuite
class CreateIoSubmissionQueueConformanceTest {
    private static final int SIZE_BYTE = SubmissionEntry.CDW10 + 2;
    private static final int COMPLETION_QUEUE_BYTE = SubmissionEntry.CDW11 + 2;
    private static final int SHARED = 3;

    private static void createCompletionQueue(Conformance c) {
        c.admin(NvmeCommand.createCompletionQueue(SHARED, 16, c.buffer().iova(), false, 0))
                .succeeds();
    }

    private static NvmeCommand create(Conformance c, int queueId, int entries, int completionQueueId) {
        return NvmeCommand.createSubmissionQueue(queueId, entries, c.buffer().iova() + 4096, completionQueueId);
    }

    private static NvmeCommand delete(int queueId) {
        return NvmeCommand.admin(AdminOpcode.DELETE_IO_SUBMISSION_QUEUE).cdw10(queueId);
    }

    @Test
    void severalQueuesMayShareACompletionQueue(Conformance c) {
        createCompletionQueue(c);
        int last = Queues.granted(c);
        for (int queueId : new int[] {last, 2, 7}) {
            c.admin(create(c, queueId, 4, SHARED)).succeeds();
        }
    }

    @Test
    void identifiersThatAreTakenZeroOrTooLargeAreRefused(Conformance c) {
        createCompletionQueue(c);
        for (int queueId : new int[] {0, 1, Queues.granted(c) + 1, 0xFFFF}) {
            c.admin(create(c, queueId, 2, SHARED))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void aCompletionQueueThatDoesNotExistIsRefused(Conformance c) {
        for (int possible : new int[] {2, Queues.granted(c)}) {
            c.admin(create(c, 2, 2, possible))
                    .refused(StatusCode.COMPLETION_QUEUE_INVALID)
                    .at(COMPLETION_QUEUE_BYTE);
        }
    }

    @Test
    void completionQueueIdentifiersThatNoneCanHaveAreRefused(Conformance c) {
        for (int impossible : new int[] {0, Queues.granted(c) + 1, 0xFFFF}) {
            c.admin(create(c, 2, 2, impossible))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(COMPLETION_QUEUE_BYTE);
        }
    }

    @Test
    void aQueueOfOneEntryIsRefused(Conformance c) {
        c.admin(create(c, 2, 1, 1)).refused(StatusCode.INVALID_QUEUE_SIZE).at(SIZE_BYTE);
    }

    @Test
    void sizesFromTwoToTheLargestAreTaken(Conformance c) {
        ForeignMemory memory = c.map(ForeignMemory.UNMAPPED, 1024, Protection.READ_WRITE);
        for (int entries : new int[] {2, 3, 63, 64, 65, Queues.largest(c) - 1, Queues.largest(c)}) {
            c.admin(NvmeCommand.createSubmissionQueue(2, entries, memory.iova(), 1))
                    .succeeds();
            c.admin(delete(2)).succeeds();
        }
    }

    @Test
    void aQueueThatIsNotContiguousIsRefused(Conformance c) {
        c.admin(create(c, 2, 16, 1).cdw11(1 << 16))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW11);
    }

    @Test
    void priorityHasNoMeaningUnderRoundRobin(Conformance c) {
        for (int priority = 0; priority < 4; priority++) {
            c.admin(create(c, 2, 16, 1).cdw11(AdminCommand.QUEUE_CONTIGUOUS | priority << 1 | 1 << 16))
                    .succeeds();
            c.admin(delete(2)).succeeds();
        }
    }

    @Test
    void aBaseThatDoesNotStartAPageIsRefused(Conformance c) {
        for (int offset : new int[] {1, 4, 64, 2048, 4092}) {
            c.admin(NvmeCommand.createSubmissionQueue(2, 16, c.buffer().iova() + offset, 1))
                    .refused(StatusCode.PRP_OFFSET_INVALID)
                    .at(SubmissionEntry.PRP1);
        }
    }

    @Test
    void memoryThatTheControllerCannotReadIsRefused(Conformance c) {
        ForeignMemory writeOnly = c.map(ForeignMemory.UNMAPPED, 1, Protection.WRITE);
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED + (1 << 20), 1, Protection.READ);
        for (long base : new long[] {0, ForeignMemory.UNMAPPED + (1 << 16), writeOnly.iova(), 0xFFFF_FFFF_FFFF_F000L}) {
            c.admin(NvmeCommand.createSubmissionQueue(2, 16, base, 1))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.PRP1);
        }
        c.admin(NvmeCommand.createSubmissionQueue(2, 65, readOnly.iova(), 1))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.PRP1);
        c.admin(NvmeCommand.createSubmissionQueue(2, 64, readOnly.iova(), 1)).succeeds();
    }

    @Test
    void aRefusedCommandCreatesNothing(Conformance c) {
        c.admin(create(c, 2, 1, 1)).refused(StatusCode.INVALID_QUEUE_SIZE).at(SIZE_BYTE);
        c.admin(delete(2)).refused(StatusCode.INVALID_QUEUE_IDENTIFIER).at(SubmissionEntry.CDW10);
    }
}
