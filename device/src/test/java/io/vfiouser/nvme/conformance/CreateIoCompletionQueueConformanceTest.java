package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import org.junit.jupiter.api.Test;

/** Create I/O Completion Queue. Base 2.1, section 5.2.1. The host has created queue pair 1. */
@ConformanceSuite
class CreateIoCompletionQueueConformanceTest {
    private static final int VECTOR_BYTE = SubmissionEntry.CDW11 + 2;
    private static final int SIZE_BYTE = SubmissionEntry.CDW10 + 2;

    private static NvmeCommand create(int queueId, int entries, long base) {
        return NvmeCommand.createCompletionQueue(queueId, entries, base, false, 0);
    }

    private static NvmeCommand delete(int queueId) {
        return NvmeCommand.admin(AdminOpcode.DELETE_IO_COMPLETION_QUEUE).cdw10(queueId);
    }

    @Test
    void identifiersUpToTheNumberOfQueuesMayBeUsedInAnyOrder(Conformance c) {
        int last = Queues.granted(c);
        for (int queueId : new int[] {last, 2, last / 2}) {
            c.admin(create(queueId, 2, c.buffer().iova())).succeeds();
        }
    }

    @Test
    void identifiersThatAreTakenZeroOrTooLargeAreRefused(Conformance c) {
        for (int queueId : new int[] {0, 1, Queues.granted(c) + 1, 0xFFFF}) {
            c.admin(create(queueId, 2, c.buffer().iova()))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void anIdentifierMayBeUsedAgainAfterItsQueueWasDeleted(Conformance c) {
        for (int i = 0; i < 3; i++) {
            c.admin(create(2, 16, c.buffer().iova())).succeeds();
            c.admin(create(2, 16, c.buffer().iova()))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(SubmissionEntry.CDW10);
            c.admin(delete(2)).succeeds();
        }
    }

    @Test
    void aQueueOfOneEntryIsRefused(Conformance c) {
        c.admin(create(2, 1, c.buffer().iova()))
                .refused(StatusCode.INVALID_QUEUE_SIZE)
                .at(SIZE_BYTE);
    }

    @Test
    void sizesFromTwoToTheLargestAreTaken(Conformance c) {
        ForeignMemory memory = c.map(ForeignMemory.UNMAPPED, 256, Protection.READ_WRITE);
        for (int entries : new int[] {2, 3, 255, 256, 257, Queues.largest(c) - 1, Queues.largest(c)}) {
            c.admin(create(2, entries, memory.iova())).succeeds();
            c.admin(delete(2)).succeeds();
        }
    }

    @Test
    void aQueueThatIsNotContiguousIsRefused(Conformance c) {
        c.admin(create(2, 16, c.buffer().iova()).cdw11(0))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW11);
    }

    @Test
    void vectorsThatTheControllerDoesNotHaveAreRefused(Conformance c) {
        int vectors = Queues.vectors(c);
        for (int vector : new int[] {vectors, vectors + 1, 0x800, 0xFFFF}) {
            c.admin(NvmeCommand.createCompletionQueue(2, 16, c.buffer().iova(), true, vector))
                    .refused(StatusCode.INVALID_INTERRUPT_VECTOR)
                    .at(VECTOR_BYTE);
        }
        c.admin(NvmeCommand.createCompletionQueue(2, 16, c.buffer().iova(), true, vectors - 1))
                .succeeds();
    }

    @Test
    void aBaseThatDoesNotStartAPageIsRefused(Conformance c) {
        for (int offset : new int[] {1, 4, 64, 2048, 4092}) {
            c.admin(create(2, 16, c.buffer().iova() + offset))
                    .refused(StatusCode.PRP_OFFSET_INVALID)
                    .at(SubmissionEntry.PRP1);
        }
    }

    @Test
    void memoryThatTheControllerCannotWriteIsRefused(Conformance c) {
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED, 1, Protection.READ);
        ForeignMemory small = c.map(ForeignMemory.UNMAPPED + (1 << 20), 1, Protection.READ_WRITE);
        for (long base : new long[] {0, ForeignMemory.UNMAPPED + (1 << 16), readOnly.iova(), 0xFFFF_FFFF_FFFF_F000L}) {
            c.admin(create(2, 16, base)).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.PRP1);
        }
        c.admin(create(2, 257, small.iova())).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.PRP1);
        c.admin(create(2, 256, small.iova())).succeeds();
    }

    @Test
    void aRefusedCommandCreatesNothing(Conformance c) {
        c.admin(create(2, 1, c.buffer().iova()))
                .refused(StatusCode.INVALID_QUEUE_SIZE)
                .at(SIZE_BYTE);
        c.admin(delete(2)).refused(StatusCode.INVALID_QUEUE_IDENTIFIER).at(SubmissionEntry.CDW10);
    }

    /** To refuse it is a "should" of the specification that hosts in use would not survive. */
    @Test
    void aNamespaceIsNotLookedAt(Conformance c) {
        c.admin(create(2, 16, c.buffer().iova()).namespaceId(1)).succeeds();
    }
}
