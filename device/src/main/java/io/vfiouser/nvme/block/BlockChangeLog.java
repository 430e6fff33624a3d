package io.vfiouser.nvme.block;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks of a device were changed since somebody looked, so that they can be copied once more. Off at first, when it costs a field read
 * for each change that completes, and reads cost nothing.
 *
 * <p>One bit stands for {@link #granuleBlocks()} blocks: {@value #GRANULE_BYTES} bytes, or more on a device that would need too many bits.
 * Everything that changes the device reports here what has <em>completed</em>, whatever came of it: a change that failed or was taken back may have
 * happened in part.
 *
 * <p><b>Nothing is lost.</b> Whoever copies first takes a bit out and then reads the blocks. A change stores its content and then sets the bit;
 * both sides do so by an atomic read-modify-write of the same word. Either the setting comes first: then the taking has read it,
 * so that the content that was stored before is seen by the copy. Or the taking comes first: then the bit is set again, and the blocks are copied
 * once more. A bit is set even if it seems to be set already: only looking would let the processor look before the content is stored.
 *
 * <p><b>Threads.</b> {@link #start} while nothing changes the device; {@link #take} by one thread; the rest any thread.
 */
public final class BlockChangeLog {
    /** What a bit stands for at least. */
    public static final int GRANULE_BYTES = 16 << 10;

    /** 16 MiB of them. */
    private static final long MOST_WORDS = 1L << 21;

    private static final int WORD_SHIFT = 6;

    /** What is on exists as a whole: final fields, so that whoever sees it at all sees it complete. */
    private record Bits(AtomicLongArray words, int granuleShift, long blockCount) {
        void set(long first, long count) {
            long from = Math.max(first, 0);
            long end = first > blockCount - count ? blockCount : first + count;
            if (count <= 0 || from >= end) {
                return;
            }
            long firstGranule = from >>> granuleShift;
            long lastGranule = (end - 1) >>> granuleShift;
            int lastWord = (int) (lastGranule >>> WORD_SHIFT);
            for (int word = (int) (firstGranule >>> WORD_SHIFT); word <= lastWord; word++) {
                long base = (long) word << WORD_SHIFT;
                long mask = -1L << Math.max(firstGranule - base, 0);
                if (lastGranule - base < Long.SIZE - 1) {
                    mask &= (1L << (lastGranule - base + 1)) - 1;
                }
                set(word, mask);
            }
        }

        private void set(int word, long mask) {
            long seen = words.get(word);
            while (true) {
                // Also if nothing would change: see the class.
                long witness = words.compareAndExchange(word, seen, seen | mask);
                if (witness == seen) {
                    return;
                }
                seen = witness;
            }
        }
    }

    private final int blockSizeBytes;
    private volatile @Nullable Bits bits;

    /** @param blockSizeBytes bytes of a block, for the size of a granule */
    public BlockChangeLog(int blockSizeBytes) {
        this.blockSizeBytes = blockSizeBytes;
    }

    /** Begins to note changes, with none noted. What lies beyond {@code blockCount} is not. */
    public void start(long blockCount) {
        int shift = Integer.numberOfTrailingZeros(GRANULE_BYTES / blockSizeBytes);
        while (words(blockCount, shift) > MOST_WORDS) {
            shift++;
        }
        bits = new Bits(new AtomicLongArray((int) words(blockCount, shift)), shift, blockCount);
    }

    private static long words(long blocks, int shift) {
        long granules = blocks == 0 ? 0 : ((blocks - 1) >>> shift) + 1;
        return granules == 0 ? 0 : ((granules - 1) >>> WORD_SHIFT) + 1;
    }

    /** Forgets everything, and notes nothing any more. */
    public void stop() {
        bits = null;
    }

    /** Whether changes are noted. */
    public boolean started() {
        return bits != null;
    }

    /** A request to the device has ended: notes what it may have changed. */
    public void completed(BlockRequest request) {
        Bits current = bits;
        if (current != null && request.operation().changesMedium()) {
            current.set(request.firstBlock(), request.blockCount());
        }
    }

    /** How many blocks a bit stands for; a power of two. Only while started. */
    public long granuleBlocks() {
        return 1L << present().granuleShift;
    }

    /** How many words of 64 bits there are to {@link #take}. Only while started. */
    public int words() {
        return present().words.length();
    }

    /**
     * Takes a word out, so that nothing in it is noted: bit {@code i} stands for the granule {@code 64 * word + i}. What is to be copied for it
     * is read afterwards. Only while started.
     */
    public long take(int word) {
        AtomicLongArray words = present().words;
        // A look is enough here: what is set later is found in the next pass.
        return words.get(word) == 0 ? 0 : words.getAndSet(word, 0);
    }

    /** Whether any of these blocks may have been changed; false while off. */
    public boolean changed(long firstBlock, long blockCount) {
        Bits current = bits;
        if (current == null || blockCount <= 0) {
            return false;
        }
        long last = Math.min(firstBlock + blockCount, current.blockCount) - 1;
        for (long granule = firstBlock >>> current.granuleShift; granule <= last >>> current.granuleShift; granule++) {
            long word = current.words.get((int) (granule >>> WORD_SHIFT));
            if (word == 0) {
                // To the last granule of the word.
                granule |= Long.SIZE - 1;
            } else if ((word & (1L << granule)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** About how many blocks are noted; 0 while off. */
    public long changedBlocks() {
        Bits current = bits;
        if (current == null) {
            return 0;
        }
        long granules = 0;
        for (int i = 0; i < current.words.length(); i++) {
            granules += Long.bitCount(current.words.getOpaque(i));
        }
        return Math.min(granules << current.granuleShift, current.blockCount);
    }

    private Bits present() {
        Bits current = bits;
        if (current == null) {
            throw new IllegalStateException("changes are not noted");
        }
        return current;
    }
}
