package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Any command, field by field: 64 bytes that go to a queue as they are, but for the command identifier, which the queue sets,
 * and the PRPs, which it builds if {@link #data} named a buffer. For commands where convenience counts; the fast path does not
 * use it. One thread; may be submitted again. Commands on namespaces as a whole are in {@link NamespaceCommands}.
 */
public final class NvmeCommand {

    /** Bit 0 of an opcode: data move from the host to the controller. */
    private static final int TO_CONTROLLER = 1;

    private final MemorySegment entry = MemorySegment.ofArray(new long[SubmissionEntry.LENGTH_BYTES / 8]);
    private final String name;
    private long dataIova;
    private long dataLengthBytes;
    private @Nullable DmaBuffer buffer;
    private @Nullable SglBuilder list;
    private boolean sglGiven;

    private NvmeCommand(int opcode, String name) {
        this.name = name;
        LittleEndian.putU32(entry, SubmissionEntry.CDW0, opcode);
    }

    /** An admin command of which only the opcode is set. */
    public static NvmeCommand admin(int opcode) {
        return new NvmeCommand(opcode, AdminOpcode.describe(opcode));
    }

    /** An I/O command of which only the opcode is set. */
    public static NvmeCommand io(int opcode) {
        return new NvmeCommand(opcode, NvmOpcode.describe(opcode));
    }

    /** Identify, Base 2.1, section 5.1.13; the buffer takes 4096 bytes. */
    public static NvmeCommand identify(int cns, int namespaceId, DmaBuffer into) {
        return identify(cns, namespaceId, 0, 0, 0, into);
    }

    /** Identify with CNTID, CNS Specific Identifier and I/O command set; UUID Index is in CDW14. */
    public static NvmeCommand identify(
            int cns, int namespaceId, int controllerId, int cnsSpecificId, int csi, DmaBuffer into) {
        return admin(AdminOpcode.IDENTIFY)
                .namespaceId(namespaceId)
                .cdw10(AdminCommand.identifyCdw10(cns, controllerId))
                .cdw11(AdminCommand.identifyCdw11(cnsSpecificId, csi))
                .data(into, 0, HostMemory.PAGE_BYTES);
    }

    /** Get Log Page, Base 2.1, section 5.1.12, from the start of the page. */
    public static NvmeCommand getLogPage(int page, int namespaceId, DmaBuffer into, int lengthBytes) {
        return getLogPage(page, namespaceId, into, lengthBytes, 0, false);
    }

    /**
     * Get Log Page from an offset in bytes on. Log Specific Parameter and Identifier, Offset Type, CSI and UUID Index are in CDW10, CDW11
     * and CDW14, which {@link AdminCommand} has the fields of.
     *
     * @param lengthBytes a multiple of 4
     * @param retainEvent whether events that belong to the page stay
     */
    public static NvmeCommand getLogPage(
            int page, int namespaceId, DmaBuffer into, int lengthBytes, long logOffset, boolean retainEvent) {
        return admin(AdminOpcode.GET_LOG_PAGE)
                .namespaceId(namespaceId)
                .cdw10(AdminCommand.logCdw10(page, lengthBytes, 0, retainEvent))
                .cdw11(AdminCommand.logCdw11(lengthBytes, 0))
                .cdw12((int) logOffset)
                .cdw13((int) (logOffset >>> 32))
                .data(into, 0, lengthBytes);
    }

    /** Set Features, Base 2.1, section 5.1.25, without data. */
    public static NvmeCommand setFeatures(int feature, int cdw11) {
        return setFeatures(feature, cdw11, false);
    }

    /** Set Features; namespace and data, where the feature has them, are added by {@link #namespaceId} and {@link #data}. */
    public static NvmeCommand setFeatures(int feature, int cdw11, boolean save) {
        return admin(AdminOpcode.SET_FEATURES)
                .cdw10(feature | (save ? AdminCommand.FEATURE_SAVE : 0))
                .cdw11(cdw11);
    }

    /** Get Features, Base 2.1, section 5.1.11, without data; {@code select} as in {@code FeatureId.SELECT_*}. */
    public static NvmeCommand getFeatures(int feature, int select) {
        return admin(AdminOpcode.GET_FEATURES).cdw10(feature | select << 8);
    }

    /** Abort, Base 2.1, section 5.1.1. */
    public static NvmeCommand abort(int submissionQueueId, int commandId) {
        return admin(AdminOpcode.ABORT).cdw10(submissionQueueId | commandId << 16);
    }

    /** Asynchronous Event Request, Base 2.1, section 5.1.2: completes when there is an event. */
    public static NvmeCommand asynchronousEventRequest() {
        return admin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST);
    }

    /** Keep Alive, Base 2.1, section 5.1.14. */
    public static NvmeCommand keepAlive() {
        return admin(AdminOpcode.KEEP_ALIVE);
    }

    /** Doorbell Buffer Config, Base 2.1, section 5.2.5: one page for the shadow doorbells, one for the event indexes. */
    public static NvmeCommand doorbellBufferConfig(DmaBuffer shadowDoorbells, DmaBuffer eventIndexes) {
        return admin(AdminOpcode.DOORBELL_BUFFER_CONFIG)
                .prp1(shadowDoorbells.iova())
                .prp2(eventIndexes.iova());
    }

    /** Create I/O Completion Queue, Base 2.1, section 5.2.1. */
    public static NvmeCommand createCompletionQueue(
            int queueId, int entries, long base, boolean interrupts, int vector) {
        int flags = AdminCommand.QUEUE_CONTIGUOUS | (interrupts ? AdminCommand.QUEUE_INTERRUPTS : 0) | vector << 16;
        return admin(AdminOpcode.CREATE_IO_COMPLETION_QUEUE)
                .prp1(base)
                .cdw10(queueId | ((entries - 1) << 16))
                .cdw11(flags);
    }

    /** Create I/O Submission Queue, Base 2.1, section 5.2.2. */
    public static NvmeCommand createSubmissionQueue(int queueId, int entries, long base, int completionQueueId) {
        return admin(AdminOpcode.CREATE_IO_SUBMISSION_QUEUE)
                .prp1(base)
                .cdw10(queueId | ((entries - 1) << 16))
                .cdw11(AdminCommand.QUEUE_CONTIGUOUS | completionQueueId << 16);
    }

    /** Delete I/O Submission Queue, Base 2.1, section 5.2.4. */
    public static NvmeCommand deleteSubmissionQueue(int queueId) {
        return admin(AdminOpcode.DELETE_IO_SUBMISSION_QUEUE).cdw10(queueId);
    }

    /** Delete I/O Completion Queue, Base 2.1, section 5.2.3. */
    public static NvmeCommand deleteCompletionQueue(int queueId) {
        return admin(AdminOpcode.DELETE_IO_COMPLETION_QUEUE).cdw10(queueId);
    }

    /** Read, NVM Command Set 1.1, section 3.3.4. */
    public static NvmeCommand read(int namespaceId, long lba, int blocks, DmaBuffer into, long offset, long bytes) {
        return io(NvmOpcode.READ)
                .namespaceId(namespaceId)
                .blocks(lba, blocks, 0)
                .data(into, offset, bytes);
    }

    /** Write, NVM Command Set 1.1, section 3.3.6. */
    public static NvmeCommand write(
            int namespaceId, long lba, int blocks, boolean forceUnitAccess, DmaBuffer from, long offset, long bytes) {
        return io(NvmOpcode.WRITE)
                .namespaceId(namespaceId)
                .blocks(lba, blocks, forceUnitAccess ? IoCommand.FUA : 0)
                .data(from, offset, bytes);
    }

    /** Flush, Base 2.1, section 7.2. */
    public static NvmeCommand flush(int namespaceId) {
        return io(NvmOpcode.FLUSH).namespaceId(namespaceId);
    }

    /** Write Zeroes, NVM Command Set 1.1, section 3.3.8. */
    public static NvmeCommand writeZeroes(int namespaceId, long lba, int blocks, boolean deallocate) {
        return io(NvmOpcode.WRITE_ZEROES)
                .namespaceId(namespaceId)
                .blocks(lba, blocks, deallocate ? IoCommand.DEALLOCATE : 0);
    }

    /** Compare, NVM Command Set 1.1, section 3.3.1: the buffer holds what the blocks are compared with. */
    public static NvmeCommand compare(int namespaceId, long lba, int blocks, DmaBuffer with, long offset, long bytes) {
        return io(NvmOpcode.COMPARE)
                .namespaceId(namespaceId)
                .blocks(lba, blocks, 0)
                .data(with, offset, bytes);
    }

    /** Verify, NVM Command Set 1.1, section 3.3.5. */
    public static NvmeCommand verify(int namespaceId, long lba, int blocks) {
        return io(NvmOpcode.VERIFY).namespaceId(namespaceId).blocks(lba, blocks, 0);
    }

    /**
     * Dataset Management, NVM Command Set 1.1, section 3.3.3. The buffer holds {@code ranges} entries of
     * {@link DatasetManagementRange} from {@code offset} on.
     *
     * @param attributes {@code DSM_} flags of {@link IoCommand}
     */
    public static NvmeCommand datasetManagement(
            int namespaceId, int attributes, int ranges, DmaBuffer from, long offset) {
        return io(NvmOpcode.DATASET_MANAGEMENT)
                .namespaceId(namespaceId)
                .cdw10(ranges - 1)
                .cdw11(attributes)
                .data(from, offset, (long) ranges * DatasetManagementRange.LENGTH_BYTES);
    }

    /** The command's name in the specification. */
    public String name() {
        return name;
    }

    public NvmeCommand namespaceId(int value) {
        return set(SubmissionEntry.NSID, value);
    }

    /** PRP1 as it is given: for invalid ones, or for queues, where the pointer is no data pointer. */
    public NvmeCommand prp1(long value) {
        LittleEndian.putU64(entry, SubmissionEntry.PRP1, value);
        return this;
    }

    /** PRP2 as it is given. */
    public NvmeCommand prp2(long value) {
        LittleEndian.putU64(entry, SubmissionEntry.PRP2, value);
        return this;
    }

    /** The metadata pointer as it is given. */
    public NvmeCommand metadata(long value) {
        LittleEndian.putU64(entry, SubmissionEntry.MPTR, value);
        return this;
    }

    public NvmeCommand cdw10(int value) {
        return set(SubmissionEntry.CDW10, value);
    }

    public NvmeCommand cdw11(int value) {
        return set(SubmissionEntry.CDW11, value);
    }

    public NvmeCommand cdw12(int value) {
        return set(SubmissionEntry.CDW12, value);
    }

    public NvmeCommand cdw13(int value) {
        return set(SubmissionEntry.CDW13, value);
    }

    public NvmeCommand cdw14(int value) {
        return set(SubmissionEntry.CDW14, value);
    }

    public NvmeCommand cdw15(int value) {
        return set(SubmissionEntry.CDW15, value);
    }

    /** Sets bits of command dword 0 beside the opcode: fused operation, PSDT. */
    public NvmeCommand cdw0Flags(int bits) {
        return set(SubmissionEntry.CDW0, LittleEndian.i32(entry, SubmissionEntry.CDW0) | bits);
    }

    /** Sets bits of CDW12: {@link IoCommand#FUA}, {@link IoCommand#LIMITED_RETRY} and others. */
    public NvmeCommand cdw12Flags(int bits) {
        return set(SubmissionEntry.CDW12, LittleEndian.i32(entry, SubmissionEntry.CDW12) | bits);
    }

    /** Makes it a part of a fused operation: {@code fuse} is a {@code FUSE_} value of {@link SubmissionEntry}. */
    public NvmeCommand fused(int fuse) {
        SubmissionEntry.putFused(entry, 0, fuse);
        return this;
    }

    /** Starting LBA, number of blocks (from 1) and flags of CDW12. */
    public NvmeCommand blocks(long lba, int count, int flags) {
        LittleEndian.putU64(entry, SubmissionEntry.CDW10, lba);
        return cdw12(count - 1 | flags);
    }

    /** The data as an SGL of one descriptor, a data block in the command: any offset, any length. */
    public NvmeCommand sgl(DmaBuffer memory, long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, memory.lengthBytes());
        return sgl(memory.iova() + offset, lengthBytes, SglDescriptor.DATA_BLOCK)
                .carrying(memory, offset, lengthBytes);
    }

    /** The data as an SGL, as far as it is built by now. */
    public NvmeCommand sgl(SglBuilder built) {
        built.writeLink();
        NvmeCommand command = sgl(built.firstAddress(), built.firstLengthBytes(), built.firstIdentifier());
        list = built;
        return command;
    }

    /** The data as an SGL whose first descriptor is as it is given: for invalid ones too. */
    public NvmeCommand sgl(long address, long lengthBytes, int identifier) {
        buffer = null;
        list = null;
        sglGiven = true;
        SubmissionEntry.putSgl(entry, 0, address, SglDescriptor.lengthAndType(lengthBytes, identifier));
        return this;
    }

    /** The data, for which the queue builds PRPs; instead of an SGL, if one was given before. */
    public NvmeCommand data(DmaBuffer memory, long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, memory.lengthBytes());
        if (sglGiven) {
            sglGiven = false;
            set(SubmissionEntry.CDW0, LittleEndian.i32(entry, SubmissionEntry.CDW0) & ~SubmissionEntry.PSDT);
        }
        list = null;
        return carrying(memory, offset, lengthBytes);
    }

    private NvmeCommand carrying(DmaBuffer memory, long offset, long lengthBytes) {
        buffer = memory;
        dataIova = memory.iova() + offset;
        dataLengthBytes = lengthBytes;
        return this;
    }

    /** Writes the command into a queue that has given it an identifier. */
    void putInto(QueuePair queue, int commandId) {
        if (buffer != null && !sglGiven) {
            prp1(dataIova);
            prp2(queue.prp2(commandId, dataIova, dataLengthBytes));
        }
        if ((LittleEndian.i32(entry, SubmissionEntry.CDW0) & TO_CONTROLLER) != 0) {
            markData(queue);
        }
        queue.put(entry, commandId);
    }

    private void markData(QueuePair queue) {
        if (buffer != null) {
            queue.dataWritten(dataIova, dataLengthBytes);
        } else if (list != null) {
            list.dataWritten();
        }
    }

    private NvmeCommand set(int offset, int value) {
        LittleEndian.putU32(entry, offset, value);
        return this;
    }
}
