package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockDeviceException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Names what has to be read in a pass over namespaces: in the first one what is allocated, in each later one what was changed since. In pieces of
 * whole logical blocks that cross no multiple of {@link #CHUNK_BYTES}. Control thread only.
 */
final class ContentScan {
    /** The longest piece. */
    static final int CHUNK_BYTES = 256 << 10;

    /** In how much of a device at least holes are looked for in one go, since that may take long. */
    private static final long WINDOW_BYTES = 64 << 20;

    /** Blocks of a back end's size. */
    record Range(ContentSource source, long firstBlock, long blockCount) {}

    private final List<ContentSource> sources;
    private final Queue<Range> found = new ArrayDeque<>();
    private boolean first = true;
    private int index;
    /** In the first pass the next block to look at, in later ones the next word of the log. */
    private long position;

    private long windowBytes = WINDOW_BYTES;

    ContentScan(List<ContentSource> sources) {
        this.sources = sources;
    }

    /** The next piece of this pass; null at its end. */
    @Nullable
    Range next() {
        while (found.isEmpty()) {
            if (index == sources.size()) {
                return null;
            }
            ContentSource source = sources.get(index);
            boolean more = first ? lookForExtents(source) : lookForChanges(source);
            if (!more) {
                index++;
                position = 0;
                windowBytes = WINDOW_BYTES;
            }
        }
        return found.remove();
    }

    /** Begins a pass over what was changed since it was last read. */
    void again() {
        first = false;
        index = 0;
        position = 0;
    }

    /** At most so many bytes are left of this pass. */
    long remainingBytes() {
        long bytes = 0;
        for (Range range : found) {
            bytes += range.blockCount * range.source.device().blockSizeBytes();
        }
        for (int i = index; first && i < sources.size(); i++) {
            ContentSource source = sources.get(i);
            long blocks = source.device().blockCount() - (i == index ? position : 0);
            bytes = saturated(bytes, blocks * source.device().blockSizeBytes());
        }
        return bytes;
    }

    static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private boolean lookForExtents(ContentSource source) {
        long end = source.blockCount() * source.deviceBlocks();
        if (position >= end) {
            return false;
        }
        long window = Math.min(windowBytes / source.device().blockSizeBytes(), end - position);
        try {
            source.device().forEachAllocatedExtent(position, window, (block, count) -> {
                add(source, block, count);
                return true;
            });
        } catch (BlockDeviceException | IllegalStateException e) {
            throw new StateRefusedException(
                    "what is stored in namespace %d cannot be told: %s".formatted(source.id(), e.getMessage()), e);
        }
        position += window;
        // What is empty may be so for long.
        windowBytes = found.isEmpty() && windowBytes < Long.MAX_VALUE / 2 ? windowBytes * 2 : WINDOW_BYTES;
        return true;
    }

    private boolean lookForChanges(ContentSource source) {
        if (position >= source.changes().words()) {
            return false;
        }
        int word = (int) position++;
        long bits = source.changes().take(word);
        while (bits != 0) {
            int from = Long.numberOfTrailingZeros(bits);
            int count = Long.numberOfTrailingZeros(~(bits >>> from));
            long granule = source.changes().granuleBlocks();
            add(source, ((long) word * Long.SIZE + from) * granule, count * granule);
            bits = from + count == Long.SIZE ? 0 : bits & (-1L << (from + count));
        }
        return true;
    }

    /** Takes whole logical blocks. */
    private void add(ContentSource source, long firstBlock, long blockCount) {
        int unit = source.deviceBlocks();
        long at = firstBlock / unit * unit;
        long end = Math.min((firstBlock + blockCount + unit - 1) / unit, source.blockCount()) * unit;
        long most = Math.min(CHUNK_BYTES, source.device().capabilities().maxTransferBytes());
        long chunk = Math.max(most / source.blockBytes(), 1) * unit;
        while (at < end) {
            long next = Math.min(end, (at / chunk + 1) * chunk);
            found.add(new Range(source, at, next - at));
            at = next;
        }
    }
}
