package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * Commands of one kind at random places of the namespace, the same at each run. Every entry of a queue has a buffer of its own, so that
 * commands of a batch do not share what the caches hold. All content is zero, so that a Compare finds what it expects.
 */
public final class CommandStream {
    private static final int NAMESPACE = 1;
    private static final int PLACES = 8192;
    private static final int SEED = 20;

    private final MemorySegment memory;
    /** With the bits of PSDT, which follow the opcode in the entry. */
    private final int opcode;

    private final long[] firstHalves;
    private final long[] secondHalves;
    private final long[] places;
    private final int cdw12;
    private int nextPlace;

    /**
     * Lays buffers out in a guest's memory.
     *
     * @param sizeBytes what a command transfers or is about; whole blocks
     */
    public CommandStream(SteppedController controller, Operation operation, int sizeBytes, Pointer pointer) {
        this.memory = controller.ram().guestView();
        boolean sgl = pointer == Pointer.SGL || pointer == Pointer.SGL_SCATTERED;
        boolean ranges = operation == Operation.DATASET_MANAGEMENT;
        boolean data = operation.transfersBlocks();
        this.opcode = operation.opcode()
                | (data && sgl ? SubmissionEntry.flags(SubmissionEntry.FUSE_NORMAL, SubmissionEntry.PSDT_SGL) : 0);
        this.firstHalves = new long[SteppedController.ENTRIES];
        this.secondHalves = new long[SteppedController.ENTRIES];
        int blocks = sizeBytes / Medium.BLOCK_BYTES;
        this.places = places(operation, blocks);
        this.cdw12 = data || operation == Operation.WRITE_ZEROES || operation == Operation.VERIFY ? blocks - 1 : 0;
        Random random = new Random(SEED);
        for (int slot = 0; slot < SteppedController.ENTRIES; slot++) {
            if (ranges) {
                long at = controller.allocate(SteppedController.PAGE_BYTES);
                DatasetManagementRange.write(
                        memory, at, random.nextInt((int) (Medium.SIZE_BYTES / sizeBytes)) * (long) blocks, blocks);
                firstHalves[slot] = controller.ram().iova(at);
            } else if (data) {
                describe(controller, slot, sizeBytes, pointer);
            }
        }
    }

    private static long[] places(Operation operation, int blocks) {
        Random random = new Random(SEED);
        long[] places = new long[PLACES];
        for (int i = 0; i < PLACES; i++) {
            places[i] = switch (operation) {
                case FLUSH -> 0;
                case DATASET_MANAGEMENT -> (long) IoCommand.DSM_DEALLOCATE << Integer.SIZE;
                default -> random.nextInt((int) (Medium.SIZE_BYTES / Medium.BLOCK_BYTES) / blocks) * (long) blocks;
            };
        }
        return places;
    }

    private void describe(SteppedController controller, int slot, int sizeBytes, Pointer pointer) {
        GuestRam ram = controller.ram();
        int page = SteppedController.PAGE_BYTES;
        int pages = Math.ceilDiv(sizeBytes, page);
        boolean scattered = pointer == Pointer.PRP_SCATTERED || pointer == Pointer.SGL_SCATTERED;
        int stride = scattered ? 2 * page : page;
        long data = controller.allocate((long) pages * stride);
        firstHalves[slot] = ram.iova(data);
        switch (pointer) {
            case PRP, PRP_SCATTERED -> {
                if (pages == 2) {
                    secondHalves[slot] = ram.iova(data + stride);
                } else if (pages > 2) {
                    long list = controller.allocate((pages - 1L) * Long.BYTES);
                    for (int i = 1; i < pages; i++) {
                        LittleEndian.putU64(memory, list + (i - 1L) * Long.BYTES, ram.iova(data + (long) i * stride));
                    }
                    secondHalves[slot] = ram.iova(list);
                }
            }
            case SGL -> secondHalves[slot] = SglDescriptor.lengthAndType(sizeBytes, SglDescriptor.DATA_BLOCK);
            case SGL_SCATTERED -> {
                long list = controller.allocate((long) pages * SglDescriptor.LENGTH_BYTES);
                for (int i = 0; i < pages; i++) {
                    SglDescriptor.write(
                            memory,
                            list + (long) i * SglDescriptor.LENGTH_BYTES,
                            ram.iova(data + (long) i * stride),
                            Math.min(page, sizeBytes - i * page),
                            SglDescriptor.DATA_BLOCK);
                }
                firstHalves[slot] = ram.iova(list);
                secondHalves[slot] = SglDescriptor.lengthAndType(
                        (long) pages * SglDescriptor.LENGTH_BYTES, SglDescriptor.LAST_SEGMENT);
            }
        }
    }

    /** Writes the next command into a queue; the controller does not know of it yet. */
    public void put(HostRing ring) {
        int slot = ring.slot();
        SubmissionEntry.write(
                memory,
                ring.next(),
                opcode,
                slot,
                NAMESPACE,
                firstHalves[slot],
                secondHalves[slot],
                places[nextPlace],
                cdw12,
                0);
        ring.advance();
        nextPlace = (nextPlace + 1) & (PLACES - 1);
    }

    /** Has zeroes written to each block of the namespace, so that no page of it comes into being while something is measured. */
    public static void fill(SteppedController controller) {
        int sizeBytes = 128 << 10;
        int blocks = sizeBytes / Medium.BLOCK_BYTES;
        MemorySegment memory = controller.ram().guestView();
        long zeroes = controller.ram().iova(controller.allocate(sizeBytes));
        HostRing ring = controller.ring(1);
        for (long lba = 0; lba < Medium.SIZE_BYTES / Medium.BLOCK_BYTES; lba += blocks) {
            IoCommand.write(memory, ring.next(), ring.slot(), NAMESPACE, lba, blocks, 0, 0, 0);
            SubmissionEntry.putSgl(
                    memory, ring.next(), zeroes, SglDescriptor.lengthAndType(sizeBytes, SglDescriptor.DATA_BLOCK));
            ring.advance();
            ring.ring();
            controller.complete(ring, 1);
        }
    }
}
