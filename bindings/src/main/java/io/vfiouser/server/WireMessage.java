package io.vfiouser.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The first bytes of the message that the library will read next, as they wait in the socket. The layouts are those of the vfio-user
 * protocol; only what {@link DeviceContext} needs to know beforehand is decoded. Absent bytes read as zero.
 */
final class WireMessage {
    /** How many bytes are looked at: the header and the largest fixed part of interest. */
    static final int BYTES = 64;

    static final int HEADER_BYTES = 16;

    // Commands, vfio-user protocol section "Message Header".
    static final int DMA_MAP = 2;
    static final int DMA_UNMAP = 3;
    static final int GET_INFO = 4;
    static final int GET_REGION_INFO = 5;
    static final int GET_REGION_IO_FDS = 6;
    static final int GET_IRQ_INFO = 7;
    static final int SET_IRQS = 8;
    static final int REGION_READ = 9;
    static final int REGION_WRITE = 10;
    static final int DIRTY_PAGES = 14;
    static final int DEVICE_FEATURE = 16;
    static final int MIG_DATA_READ = 17;

    // SET_IRQS, laid out like struct vfio_irq_set.
    static final int IRQ_DATA_NONE = 1;
    static final int IRQ_DATA_EVENTFD = 1 << 2;
    static final int IRQ_ACTION_TRIGGER = 1 << 5;

    // DEVICE_FEATURE, laid out like struct vfio_device_feature.
    static final int FEATURE_GET = 1 << 16;
    static final int FEATURE_SET = 1 << 17;
    static final int FEATURE_MIGRATION_STATE = 2;
    static final int FEATURE_LOG_START = 6;
    static final int FEATURE_LOG_STOP = 7;
    static final int FEATURE_LOG_REPORT = 8;
    /** Level 0.1 has its registers of migration in this region, {@code device_state} at its beginning. */
    static final int MIGRATION_REGION = 9;

    private static final int FEATURE_MASK = 0xffff;

    // DMA_MAP: the lowest flags are those of mmap(2), read and write.
    private static final int DMA_PROTECTION = 3;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private int length;

    WireMessage(MemorySegment bytes) {
        this.bytes = bytes;
    }

    /** Says how many bytes were seen; 0 at the end of the stream. */
    void seen(int count) {
        length = count;
    }

    /** Whether the client is gone. */
    boolean endOfStream() {
        return length <= 0;
    }

    /** How many bytes were seen. */
    int length() {
        return length;
    }

    /**
     * Whether bytes are missing that {@link MessageScreen} has to see. A client may send a message in pieces, or attach a descriptor to the
     * first of them, at which looking ends: so that what is absent counts as zero must not let a message through.
     */
    boolean isTooShortToJudge() {
        if (endOfStream()) {
            return false;
        }
        return switch (command()) {
            case -1 -> true;
            case SET_IRQS, REGION_WRITE, DEVICE_FEATURE, MIG_DATA_READ -> isCut();
            default -> false;
        };
    }

    /** Whether bytes are missing that belong to what is looked at. */
    boolean isCut() {
        return length < Math.min(BYTES, messageBytes());
    }

    /** How long the message says it is, with its header. */
    private long messageBytes() {
        return u32(4);
    }

    /** How much follows the header. */
    long payloadBytes() {
        return Math.max(0, messageBytes() - HEADER_BYTES);
    }

    /** The command, or -1 if there is no whole header. */
    int command() {
        return length < HEADER_BYTES ? -1 : Short.toUnsignedInt(bytes.get(U16, 2));
    }

    private long u32(int offset) {
        return length < offset + Integer.BYTES ? 0 : Integer.toUnsignedLong(bytes.get(U32, offset));
    }

    private long u64(int offset) {
        return length < offset + Long.BYTES ? 0 : bytes.get(U64, offset);
    }

    /** Whether the message can change nothing in the library but what a region's callback does. */
    boolean onlyReadsOrAccesses() {
        return switch (command()) {
            case GET_INFO, GET_REGION_INFO, GET_REGION_IO_FDS, GET_IRQ_INFO, SET_IRQS, REGION_READ, REGION_WRITE ->
                true;
            default -> false;
        };
    }

    /** Whether it gives memory to the device, and asks nothing about what it has already. */
    boolean givesMemory() {
        return command() == DMA_MAP;
    }

    // SET_IRQS: argsz, flags, index, start, count.

    private int irqFlags() {
        return (int) u32(HEADER_BYTES + 4);
    }

    /** The kind of interrupts, as a number. */
    int irqIndex() {
        return (int) u32(HEADER_BYTES + 8);
    }

    long irqStart() {
        return u32(HEADER_BYTES + 12);
    }

    long irqCount() {
        return u32(HEADER_BYTES + 16);
    }

    /** Whether it attaches or detaches descriptors, or triggers by itself, rather than masks. */
    boolean irqTriggers() {
        return (irqFlags() & IRQ_ACTION_TRIGGER) != 0;
    }

    boolean irqAttaches() {
        return irqTriggers() && (irqFlags() & IRQ_DATA_EVENTFD) != 0 && irqCount() > 0;
    }

    boolean irqDisables() {
        return irqTriggers() && (irqFlags() & IRQ_DATA_NONE) != 0 && irqCount() == 0;
    }

    // REGION_READ and REGION_WRITE: offset, region, count, data.

    long regionOffset() {
        return u64(HEADER_BYTES);
    }

    int regionIndex() {
        return (int) u32(HEADER_BYTES + 8);
    }

    long regionCount() {
        return u32(HEADER_BYTES + 12);
    }

    /** The first four bytes of the data. */
    long regionData32() {
        return u32(HEADER_BYTES + 16);
    }

    // DEVICE_FEATURE: argsz, flags, data.

    long featureArgumentBytes() {
        return u32(HEADER_BYTES);
    }

    /** What is to be done: GET, SET, PROBE. */
    int featureOperation() {
        return (int) u32(HEADER_BYTES + 4) & ~FEATURE_MASK;
    }

    int feature() {
        return (int) u32(HEADER_BYTES + 4) & FEATURE_MASK;
    }

    long migrationState() {
        return u32(HEADER_BYTES + 8);
    }

    /** Whether it asks for another state of migration, by either generation's way. */
    boolean changesMigrationState() {
        return switch (command()) {
            case DEVICE_FEATURE -> (featureOperation() & FEATURE_SET) != 0 && feature() == FEATURE_MIGRATION_STATE;
            case REGION_WRITE -> regionIndex() == MIGRATION_REGION && regionOffset() < Integer.BYTES;
            default -> false;
        };
    }

    /** Of LOG_START. */
    long logPageBytes() {
        return u64(HEADER_BYTES + 8);
    }

    /** Of LOG_REPORT, after the address. */
    long reportLengthBytes() {
        return u64(HEADER_BYTES + 16);
    }

    /** Of LOG_REPORT. */
    long reportPageBytes() {
        return u64(HEADER_BYTES + 24);
    }

    // MIG_DATA_READ: argsz, size.

    long migrationReadBytes() {
        return u32(HEADER_BYTES + 4);
    }

    // DMA_MAP: argsz, flags, offset, address, size.

    int dmaProtection() {
        return (int) u32(HEADER_BYTES + 4) & DMA_PROTECTION;
    }

    long dmaFileOffset() {
        return u64(HEADER_BYTES + 8);
    }

    long dmaAddress() {
        return u64(HEADER_BYTES + 16);
    }

    long dmaLengthBytes() {
        return u64(HEADER_BYTES + 24);
    }
}
