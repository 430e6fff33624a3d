package io.vfiouser.nvme.memory;

/**
 * Finds the last of some sorted guest addresses that is not above a given one. The range from the first address to the last is cut into equal parts, about two
 * for each address, of which is kept where among the addresses it begins: where those lie as regularly as the regions of a guest do, one look there leaves
 * one or two to compare with. Where they do not, what is left is searched by halves. Immutable; any thread.
 */
final class AddressIndex {
    private static final int PARTS_PER_ADDRESS = 2;

    private final long[] addresses;
    private final int shift;
    /** For each part the place of the last address that is not above where the part begins; and one more, the last place of all. */
    private final int[] places;

    /** @param addresses sorted as unsigned numbers, without repetition; kept, not copied */
    AddressIndex(long[] addresses) {
        this.addresses = addresses;
        int count = addresses.length;
        int binaryShift = 0;
        if (count > 1) {
            long span = addresses[count - 1] - addresses[0];
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

    private void fill() {
        int place = 0;
        int parts = places.length - 1;
        for (int part = 0; part < parts; part++) {
            long begin = (long) part << shift;
            while (place + 1 < addresses.length
                    && Long.compareUnsigned(addresses[place + 1] - addresses[0], begin) <= 0) {
                place++;
            }
            places[part] = place;
        }
        places[parts] = addresses.length - 1;
    }

    /** The place of the last address that is at or below {@code address}, or -1. */
    int floor(long address) {
        if (addresses.length == 0 || Long.compareUnsigned(address, addresses[0]) < 0) {
            return -1;
        }
        long part = (address - addresses[0]) >>> shift;
        int last = places.length - 2;
        int at = part < 0 || part > last ? last : (int) part;
        int low = places[at];
        int high = places[at + 1];
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(addresses[middle], address) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
