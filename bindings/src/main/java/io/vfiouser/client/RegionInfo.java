package io.vfiouser.client;

import io.vfiouser.os.Protection;
import java.util.List;

/**
 * One region of the device.
 *
 * @param index its number, one of {@link PciRegions} for PCI devices
 * @param lengthBytes how long it is; 0 for a region that is not there
 * @param readable whether it may be read
 * @param writable whether it may be written
 * @param areas what of it may be mapped, empty if nothing; everything else, and these too, can be accessed by messages
 * @param type what a device-specific region is for, 0 for ordinary ones
 * @param subtype more about {@code type}
 */
public record RegionInfo(
        int index,
        long lengthBytes,
        boolean readable,
        boolean writable,
        List<SparseArea> areas,
        int type,
        int subtype) {
    /** Copies the list. */
    public RegionInfo {
        areas = List.copyOf(areas);
    }

    /** What may be done with a mapping of it. */
    public Protection protection() {
        return Protection.of(readable, writable);
    }
}
