package io.vfiouser.nvme.memory;

/**
 * Finds the last of some sorted guest addresses that is not above a given one. The range from the first address to the last is cut into equal parts, about two
 * for each address, of which is kept where among the addresses it begins: where those lie as regularly as the regions of a guest do, one look there leaves
 * one or two to compare with. Where they do not, what is left is searched by halves. Immutable; any thread.
 */
final class AddressIndex {
    private static final int PARTS_PER_ADDRESS = 2;

    private final long[] entries;
    private final int stride;
    private final int count;
    private final long firstAddress;
    private final int shift;
    /** For each part the place of the last address that is not above where the part begins; and one more, the last place of all. */
    private final int[] places;

    /**
     * An index of addresses that somebody else keeps.
     *
     * @param entries each begins with an address; sorted by them as unsigned numbers, without repetition; not copied
     * @param stride length of an entry
     */
    AddressIndex(long[] entries, int stride) {
        this.entries = entries;
        this.stride = stride;
        count = entries.length / stride;
        firstAddress = count > 0 ? entries[0] : 0;
        int binaryShift = 0;
        if (count > 1) {
            long span = address(count - 1) - firstAddress;
            while (Long.compareUnsigned(span >>> binaryShift, (long) PARTS_PER_ADDRESS * count) >= 0) {
                binaryShift++;
            }
            places = new int[(int) (span >>> binaryShift) + 2];
        } else {
            places = new int[2];
        }
        shift = binaryShift;
        fill();
    }

    private long address(int place) {
        return entries[place * stride];
    }

    private void fill() {
        int place = 0;
        int parts = places.length - 1;
        for (int part = 0; part < parts; part++) {
            long begin = (long) part << shift;
            while (place + 1 < count && Long.compareUnsigned(address(place + 1) - firstAddress, begin) <= 0) {
                place++;
            }
            places[part] = place;
        }
        places[parts] = count - 1;
    }

    /** A place near that of {@link #floor}, found without a comparison that the processor could guess wrong. Not for an empty index. */
    int guess(long address) {
        return places[part(address)];
    }

    private int part(long address) {
        long part = (address - firstAddress) >>> shift;
        int last = places.length - 2;
        return part < 0 || part > last ? last : (int) part;
    }

    /** The place of the last address that is at or below {@code address}, or -1. */
    int floor(long address) {
        if (count == 0 || Long.compareUnsigned(address, firstAddress) < 0) {
            return -1;
        }
        int at = part(address);
        int low = places[at];
        int high = places[at + 1];
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(address(middle), address) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
