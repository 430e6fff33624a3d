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
    /** CDW10 of Namespace Management, bits 3:0: create. */
    public static final int SELECT_CREATE = 0;
    /** CDW10 of Namespace Management, bits 3:0: delete. */
    public static final int SELECT_DELETE = 1;
    /** CDW10 of Namespace Attachment, bits 3:0: attach. */
    public static final int SELECT_ATTACH = 0;
    /** CDW10 of Namespace Attachment, bits 3:0: detach. */
    public static final int SELECT_DETACH = 1;
    /** DW0 of Abort's completion: the command was not aborted. */
    public static final int ABORT_NOT_PERFORMED = 1;
    /** Bytes of each of the two buffers of Doorbell Buffer Config where a page has 4 KiB: one page. */
    public static final int DOORBELL_BUFFER_BYTES = 4096;

    private static final int SELECT_MASK = 0xF;
    private static final int UUID_INDEX_MASK = 0x7F;
    private static final int CSI_SHIFT = 24;
    private static final int LOG_SPECIFIC_SHIFT = 8;
    private static final int LOG_SPECIFIC_MASK = 0x7F;
    private static final int LOG_OFFSET_TYPE = 1 << 23;

    private AdminCommand() {}

    /** Identify's CNS in CDW10. */
    public static int cns(int cdw10) {
        return cdw10 & 0xFF;
    }

    /** Identify's CNTID in CDW10. */
    public static int cntid(int cdw10) {
        return cdw10 >>> 16;
    }

    /** CNS Specific Identifier in Identify's CDW11. */
    public static int cnsSpecificId(int cdw11) {
        return cdw11 & 0xFFFF;
    }

    /** The I/O command set in CDW11 of Identify and Namespace Management, and in CDW14 of Get Log Page. */
    public static int csi(int dword) {
        return dword >>> CSI_SHIFT;
    }

    /** UUID Index in CDW14. */
    public static int uuidIndex(int cdw14) {
        return cdw14 & UUID_INDEX_MASK;
    }

    /** Select in CDW10 of Namespace Management and Namespace Attachment; in Get Features it is elsewhere. */
    public static int select(int cdw10) {
        return cdw10 & SELECT_MASK;
    }

    /** Bytes that Get Log Page asks for: 4 to 2^34. */
    public static long logLengthBytes(int cdw10, int cdw11) {
        return ((cdw10 >>> 16 | (cdw11 & 0xFFFFL) << 16) + 1) * 4;
    }

    /** Log Specific Parameter in Get Log Page's CDW10. */
    public static int logSpecificParameter(int cdw10) {
        return cdw10 >>> LOG_SPECIFIC_SHIFT & LOG_SPECIFIC_MASK;
    }

    /** Log Specific Identifier in Get Log Page's CDW11. */
    public static int logSpecificId(int cdw11) {
        return cdw11 >>> 16;
    }

    /** Whether the offset of Get Log Page counts entries, not bytes (CDW14.OT). */
    public static boolean logOffsetIsIndex(int cdw14) {
        return (cdw14 & LOG_OFFSET_TYPE) != 0;
    }

    /** CDW10 of Identify. */
    public static int identifyCdw10(int cns, int controllerId) {
        return cns | controllerId << 16;
    }

    /** CDW11 of Identify. */
    public static int identifyCdw11(int cnsSpecificId, int csi) {
        return cnsSpecificId | csi << CSI_SHIFT;
    }

    /** CDW10 of Get Log Page for {@code lengthBytes}, a multiple of 4. */
    public static int logCdw10(int logPage, long lengthBytes, int specificParameter, boolean retainEvent) {
        long dwords = lengthBytes / 4 - 1;
        return logPage
                | specificParameter << LOG_SPECIFIC_SHIFT
                | (retainEvent ? LOG_RETAIN_EVENT : 0)
                | (int) (dwords << 16);
    }

    /** CDW11 of Get Log Page for {@code lengthBytes}, a multiple of 4. */
    public static int logCdw11(long lengthBytes, int specificId) {
        long dwords = lengthBytes / 4 - 1;
        return ((int) (dwords >>> 16) & 0xFFFF) | specificId << 16;
    }

    /** CDW14 of Get Log Page. */
    public static int logCdw14(int uuidIndex, boolean offsetIsIndex, int csi) {
        return uuidIndex | (offsetIsIndex ? LOG_OFFSET_TYPE : 0) | csi << CSI_SHIFT;
    }

    public static void identify(MemorySegment sq, long offset, int commandId, int cns, int nsid, long prp1, long prp2) {
        SubmissionEntry.write(sq, offset, AdminOpcode.IDENTIFY, commandId, nsid, prp1, prp2, cns, 0, 0);
    }

    /** Identify with all its fields: CNTID, CNS Specific Identifier, CSI, UUID Index. */
    public static void identify(
            MemorySegment sq,
            long offset,
            int commandId,
            int cns,
            int nsid,
            int controllerId,
            int cnsSpecificId,
            int csi,
            int uuidIndex,
            long prp1,
            long prp2) {
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.IDENTIFY,
                commandId,
                nsid,
                prp1,
                prp2,
                dwords(identifyCdw10(cns, controllerId), identifyCdw11(cnsSpecificId, csi)),
                0,
                0,
                uuidIndex,
                0);
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
        getLogPage(sq, offset, commandId, nsid, logPage, lengthBytes, 0, 0, 0, false, 0, 0, retainEvent, prp1, prp2);
    }

    /**
     * Get Log Page with all its fields.
     *
     * @param lengthBytes a multiple of 4
     * @param logOffset where in the page to start: in bytes, or in entries if {@code offsetIsIndex}
     * @param specificParameter LSP
     * @param specificId LSI
     */
    public static void getLogPage(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            int logPage,
            long lengthBytes,
            long logOffset,
            int specificParameter,
            int specificId,
            boolean offsetIsIndex,
            int csi,
            int uuidIndex,
            boolean retainEvent,
            long prp1,
            long prp2) {
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.GET_LOG_PAGE,
                commandId,
                nsid,
                prp1,
                prp2,
                dwords(
                        logCdw10(logPage, lengthBytes, specificParameter, retainEvent),
                        logCdw11(lengthBytes, specificId)),
                (int) logOffset,
                (int) (logOffset >>> 32),
                logCdw14(uuidIndex, offsetIsIndex, csi),
                0);
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

    /** Set Features with the save bit and more dwords than most features have. */
    public static void setFeatures(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            int feature,
            boolean save,
            int cdw11,
            int cdw12,
            int cdw13,
            long prp1,
            long prp2) {
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.SET_FEATURES,
                commandId,
                nsid,
                prp1,
                prp2,
                dwords(feature | (save ? FEATURE_SAVE : 0), cdw11),
                cdw12,
                cdw13);
    }

    /** The buffer holds a {@link NamespaceManagementData}. */
    public static void createNamespace(MemorySegment sq, long offset, int commandId, int csi, long prp1, long prp2) {
        SubmissionEntry.write(
                sq,
                offset,
                AdminOpcode.NAMESPACE_MANAGEMENT,
                commandId,
                0,
                prp1,
                prp2,
                dwords(SELECT_CREATE, csi << CSI_SHIFT),
                0,
                0);
    }

    /** {@code nsid} may be {@link SubmissionEntry#NSID_ALL}. */
    public static void deleteNamespace(MemorySegment sq, long offset, int commandId, int nsid) {
        SubmissionEntry.write(sq, offset, AdminOpcode.NAMESPACE_MANAGEMENT, commandId, nsid, 0, 0, SELECT_DELETE, 0, 0);
    }

    /** Attaches or detaches: {@code select} is a {@code SELECT_} constant. The buffer holds a {@link ControllerList}. */
    public static void namespaceAttachment(
            MemorySegment sq, long offset, int commandId, int nsid, int select, long prp1, long prp2) {
        SubmissionEntry.write(sq, offset, AdminOpcode.NAMESPACE_ATTACHMENT, commandId, nsid, prp1, prp2, select, 0, 0);
    }

    public static void formatNvm(MemorySegment sq, long offset, int commandId, int nsid, FormatNvm format) {
        SubmissionEntry.write(sq, offset, AdminOpcode.FORMAT_NVM, commandId, nsid, 0, 0, format.cdw10(), 0, 0);
    }

    /** Both addresses start a page; each buffer is one. */
    public static void doorbellBufferConfig(
            MemorySegment sq, long offset, int commandId, long shadowDoorbells, long eventIndexes) {
        SubmissionEntry.write(
                sq, offset, AdminOpcode.DOORBELL_BUFFER_CONFIG, commandId, 0, shadowDoorbells, eventIndexes, 0, 0, 0);
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

    private static long dwords(int low, int high) {
        return (low & 0xFFFF_FFFFL) | (long) high << 32;
    }

    private static long queue(int queueId, int entries, int flags) {
        return queueId | (entries - 1L) << 16 | (long) flags << 32;
    }
}
