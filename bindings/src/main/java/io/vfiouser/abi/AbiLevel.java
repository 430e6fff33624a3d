package io.vfiouser.abi;

import io.vfiouser.ffi.v01.libvfio_user_h;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A binary interface of libvfio-user. All levels share one soname and, but for one function, the same symbols; they differ
 * in arguments, structures and in what is legal when.
 */
public enum AbiLevel {
    /** Of 2022, header version 0.1: Debian's QEMU 7.2 to 10.2. Migration version 1, through a region. */
    V0_1(
            "0.1",
            libvfio_user_h.VFU_PCI_DEV_NUM_REGIONS(),
            libvfio_user_h.VFU_MIGR_CALLBACKS_VERS(),
            libvfio_user_h.VFU_REGION_FLAG_MASK(),
            16),

    /** From 2023-09 to 2026-03, header version 0.2. Migration version 2, a stream. */
    V0_2A(
            "0.2a",
            io.vfiouser.ffi.v02a.libvfio_user_h.VFU_PCI_DEV_NUM_REGIONS(),
            io.vfiouser.ffi.v02a.libvfio_user_h.VFU_MIGR_CALLBACKS_VERS(),
            io.vfiouser.ffi.v02a.libvfio_user_h.VFU_REGION_FLAG_MASK(),
            64),

    /** From 2026-03 on, header version 0.2 too: the number of DMA regions is an argument, and there is file I/O on them. */
    V0_2B(
            "0.2b",
            io.vfiouser.ffi.v02b.libvfio_user_h.VFU_PCI_DEV_NUM_REGIONS(),
            io.vfiouser.ffi.v02b.libvfio_user_h.VFU_MIGR_CALLBACKS_VERS(),
            io.vfiouser.ffi.v02b.libvfio_user_h.VFU_REGION_FLAG_MASK(),
            Integer.MAX_VALUE);

    private final String label;
    private final int regionCount;
    private final int migrationVersion;
    private final int regionFlagMask;
    private final int largestDmaRegionCount;

    AbiLevel(String label, int regionCount, int migrationVersion, int regionFlagMask, int largestDmaRegionCount) {
        this.label = label;
        this.regionCount = regionCount;
        this.migrationVersion = migrationVersion;
        this.regionFlagMask = regionFlagMask;
        this.largestDmaRegionCount = largestDmaRegionCount;
    }

    /** The level as people write it and as {@code libvfio-user.properties} records it: {@code 0.1}, {@code 0.2a}, {@code 0.2b}. */
    public String label() {
        return label;
    }

    /** How many regions a PCI device has: 10 where the last one is the migration region, 9 otherwise. */
    public int regionCount() {
        return regionCount;
    }

    /** Which migration the library speaks: 1 (registers and data in a region) or 2 (a stream in messages). */
    public int migrationVersion() {
        return migrationVersion;
    }

    /** Whether the library brings the file I/O mode and the {@code flags} of {@code vfu_sgl_read} and {@code vfu_sgl_write}. */
    public boolean hasDirectAccess() {
        return this == V0_2B;
    }

    /** The {@code REGION_FLAG} bits that {@code vfu_setup_region} knows. */
    int regionFlagMask() {
        return regionFlagMask;
    }

    /**
     * How many DMA regions a client may really map if {@code wanted} are asked for: up to 0.2a the number is compiled in.
     *
     * @param wanted a positive number of regions
     */
    public int dmaRegionLimit(int wanted) {
        return this == V0_2B ? Math.min(wanted, largestDmaRegionCount) : largestDmaRegionCount;
    }

    /**
     * The level with a label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static AbiLevel ofLabel(String label) {
        for (AbiLevel level : values()) {
            if (level.label.equals(label)) {
                return level;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is no ABI level of libvfio-user; give one of "
                + Arrays.stream(values()).map(AbiLevel::label).collect(Collectors.joining(", ")));
    }

    @Override
    public String toString() {
        return label;
    }
}
