package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.SglDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes an SGL into a buffer, descriptor by descriptor. Base 2.1, section 4.3.2. {@link NvmeCommand#sgl(SglBuilder)} takes it; the
 * command's own descriptor then leads to the first segment. {@link #chain} goes on in a further segment. The descriptors that lead
 * from segment to segment are written here; {@link #descriptor} takes any other as it is given, invalid ones too.
 *
 * <p>The buffer must stay as it is until the command has ended. One thread.
 */
public final class SglBuilder {

    private static final long IN_COMMAND = -1;

    /** Data that the list leads to. */
    private record Block(DmaBuffer buffer, long offset, long lengthBytes) {}

    private final DmaBuffer memory;
    private final MemorySegment segment;
    private final List<Block> blocks = new ArrayList<>();
    private final long firstStart;
    private long firstEnd;
    private boolean chained;
    /** Where the descriptor is that leads to the segment at hand. */
    private long link = IN_COMMAND;

    private long start;
    private long end;

    /** A list from the start of a buffer on. */
    public SglBuilder(DmaBuffer memory) {
        this(memory, 0);
    }

    /** A list from {@code offset} on; segments start at multiples of 8. */
    public SglBuilder(DmaBuffer memory, long offset) {
        this.memory = memory;
        this.segment = memory.segment();
        this.firstStart = Objects.checkIndex(offset, memory.lengthBytes());
        this.start = offset;
        this.end = offset;
    }

    /** A data block: part of a buffer, any offset, any length. */
    public SglBuilder data(DmaBuffer buffer, long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, buffer.lengthBytes());
        blocks.add(new Block(buffer, offset, lengthBytes));
        return descriptor(buffer.iova() + offset, lengthBytes, SglDescriptor.DATA_BLOCK);
    }

    /** A bit bucket. */
    public SglBuilder bitBucket(long lengthBytes) {
        return descriptor(0, lengthBytes, SglDescriptor.BIT_BUCKET);
    }

    /** Any descriptor as it is given; {@code identifier} is one of {@link SglDescriptor}'s, or not. */
    public SglBuilder descriptor(long address, long lengthBytes, int identifier) {
        SglDescriptor.write(segment, end, address, lengthBytes, identifier);
        memory.written(end, SglDescriptor.LENGTH_BYTES);
        end += SglDescriptor.LENGTH_BYTES;
        return this;
    }

    /** Goes on in a segment that follows the one at hand in the buffer. */
    public SglBuilder chain() {
        return chain(end + SglDescriptor.LENGTH_BYTES);
    }

    /** Goes on in a segment at {@code offset} of the buffer; the one at hand ends with the descriptor that leads there. */
    public SglBuilder chain(long offset) {
        long next = end;
        end += SglDescriptor.LENGTH_BYTES;
        if (link == IN_COMMAND) {
            firstEnd = end;
        } else {
            putLink(SglDescriptor.SEGMENT);
        }
        chained = true;
        link = next;
        start = offset;
        end = offset;
        return this;
    }

    /** Makes the segment at hand the last. May be followed by more descriptors, and called again. */
    void writeLink() {
        if (link == IN_COMMAND) {
            firstEnd = end;
        } else {
            putLink(SglDescriptor.LAST_SEGMENT);
        }
    }

    /** Marks the data of a command that carries them to the controller. */
    void dataWritten() {
        blocks.forEach(block -> block.buffer().written(block.offset(), block.lengthBytes()));
    }

    long firstAddress() {
        return memory.iova() + firstStart;
    }

    long firstLengthBytes() {
        return firstEnd - firstStart;
    }

    int firstIdentifier() {
        return chained ? SglDescriptor.SEGMENT : SglDescriptor.LAST_SEGMENT;
    }

    private void putLink(int identifier) {
        SglDescriptor.write(segment, link, memory.iova() + start, end - start, identifier);
        memory.written(link, SglDescriptor.LENGTH_BYTES);
    }
}
