package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * Admin commands as entries. Base 2.1, chapter 5. The builders are for the host's side; they fill all 64 bytes and allocate
 * nothing.
 */
public final class AdminCommand {
    /** CDW11 of Create I/O Completion and Submission Queue: physically contiguous. */
    public static final int QUEUE_CONTIGUOUS = 1;
    /** CDW11 of Create I/O Completion Queue: interrupts enabled. */
    public static final int QUEUE_INTERRUPTS = 1 << 1;
    /** CDW10 of Get Log Page: Retain Asynchronous Event. */
    public static final int LOG_RETAIN_EVENT = 1 << 15;
    /** CDW10 of Set Features: save. */
    public static final int FEATURE_SAVE = 1 << 31;

    private AdminCommand() {}

    public static void identify(MemorySegment sq, long offset, int commandId, int cns, int nsid, long prp1, long prp2) {
        SubmissionEntry.write(sq, offset, AdminOpcode.IDENTIFY, commandId, nsid, prp1, prp2, cns, 0, 0);
    }

    /** {@code entries} counts from 2; {@code vector} counts only where interrupts are wanted. */
    public static void createCompletionQueue(
            MemorySegment sq,
            long offset,
            int commandId,
            int queueId,
            int entries,
            long base,
            boolean interrupts,
            int vector) {
        int flags = QUEUE_CONTIGUOUS | (interrupts ? QUEUE_INTERRUPTS : 0) | vector << 16;
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.CREATE_IO_COMPLETION_QUEUE,
                commandId,
                0,
                base,
                0,
                queue(queueId, entries, flags),
                0,
                0);
    }

    public static void createSubmissionQueue(
            MemorySegment sq, long offset, int commandId, int queueId, int entries, long base, int completionQueueId) {
        int flags = QUEUE_CONTIGUOUS | completionQueueId << 16;
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.CREATE_IO_SUBMISSION_QUEUE,
                commandId,
                0,
                base,
                0,
                queue(queueId, entries, flags),
                0,
                0);
    }

    public static void deleteSubmissionQueue(MemorySegment sq, long offset, int commandId, int queueId) {
        SubmissionEntry.write(sq, offset, AdminOpcode.DELETE_IO_SUBMISSION_QUEUE, commandId, 0, 0, 0, queueId, 0, 0);
    }

    public static void deleteCompletionQueue(MemorySegment sq, long offset, int commandId, int queueId) {
        SubmissionEntry.write(sq, offset, AdminOpcode.DELETE_IO_COMPLETION_QUEUE, commandId, 0, 0, 0, queueId, 0, 0);
    }

    /** Reads {@code lengthBytes} (a multiple of 4) from the start of a log page. */
    public static void getLogPage(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            int logPage,
            long lengthBytes,
            boolean retainEvent,
            long prp1,
            long prp2) {
        long dwords = lengthBytes / 4 - 1;
        long cdw10 = logPage | (retainEvent ? LOG_RETAIN_EVENT : 0) | (dwords & 0xFFFF) << 16;
        long cdw11 = dwords >>> 16 & 0xFFFF;
        SubmissionEntry.write(
                sq, offset, AdminOpcode.GET_LOG_PAGE, commandId, nsid, prp1, prp2, cdw10 | cdw11 << 32, 0, 0);
    }

    /** {@code select} is one of {@link FeatureId}'s {@code SELECT_} values. */
    public static void getFeatures(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            int feature,
            int select,
            int cdw11,
            long prp1,
            long prp2) {
        long cdw10 = feature | select << 8;
        SubmissionEntry.write(
                sq, offset, AdminOpcode.GET_FEATURES, commandId, nsid, prp1, prp2, cdw10 | (long) cdw11 << 32, 0, 0);
    }

    public static void setFeatures(
            MemorySegment sq, long offset, int commandId, int nsid, int feature, int cdw11, long prp1, long prp2) {
        SubmissionEntry.write(
                sq, offset, AdminOpcode.SET_FEATURES, commandId, nsid, prp1, prp2, feature | (long) cdw11 << 32, 0, 0);
    }

    public static void abort(
            MemorySegment sq, long offset, int commandId, int submissionQueueId, int abortedCommandId) {
        long cdw10 = submissionQueueId | (long) abortedCommandId << 16;
        SubmissionEntry.write(sq, offset, AdminOpcode.ABORT, commandId, 0, 0, 0, cdw10, 0, 0);
    }

    public static void asynchronousEventRequest(MemorySegment sq, long offset, int commandId) {
        SubmissionEntry.write(sq, offset, AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, commandId, 0, 0, 0, 0, 0, 0);
    }

    public static void keepAlive(MemorySegment sq, long offset, int commandId) {
        SubmissionEntry.write(sq, offset, AdminOpcode.KEEP_ALIVE, commandId, 0, 0, 0, 0, 0, 0);
    }

    private static long queue(int queueId, int entries, int flags) {
        return queueId | (entries - 1L) << 16 | (long) flags << 32;
    }
}
