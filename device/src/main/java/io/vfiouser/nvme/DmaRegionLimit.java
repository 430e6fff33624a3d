package io.vfiouser.nvme;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.server.DeviceContextBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many regions of memory a device's guest may share at a time. Each may take a mapping, of which the system gives a process so many
 * ({@code vm.max_map_count}): a guest that takes the last one leaves a virtual machine that cannot grow its heap or start a thread, and
 * ends. So devices that allow more than usual have room set aside, all devices of the process together.
 */
final class DmaRegionLimit implements AutoCloseable {
    /** What a device allows unless told otherwise. A guest in QEMU has fewer than the 16 that level 0.1 takes. */
    static final int DEFAULT = DeviceContextBuilder.DEFAULT_MAX_DMA_REGIONS;

    private static final Logger LOG = LoggerFactory.getLogger(DmaRegionLimit.class);
    private static final Path MAPPINGS = Path.of("/proc/sys/vm/max_map_count");
    /** For the virtual machine, the namespaces, and devices with the default. */
    private static final int KEPT = 16_384;

    private static int setAside;

    private final int regions;
    private boolean closed;

    private DmaRegionLimit(int regions) {
        this.regions = regions;
    }

    /**
     * Sets room aside.
     *
     * @throws NvmeDeviceException if the library allows another number and no other, or the system not so many mappings
     */
    static DmaRegionLimit of(int regions, VfioUserLibrary library) {
        int possible = library.level().dmaRegionLimit(regions);
        if (regions != DEFAULT && regions != possible) {
            throw new NvmeDeviceException("a guest cannot be allowed " + regions
                    + " DMA regions: libvfio-user of ABI level " + library.level() + " has " + possible
                    + " compiled in. Use a library of level " + AbiLevel.V0_2B + ", or do not ask for a number");
        }
        return setAside(regions, mappingsOfProcess());
    }

    /** As {@link #of}, of so many mappings. */
    static synchronized DmaRegionLimit setAside(int regions, long mappings) {
        DmaRegionLimit limit = new DmaRegionLimit(regions);
        long wanted = (long) KEPT + setAside + limit.beyondDefault();
        if (limit.beyondDefault() > 0 && wanted > mappings) {
            throw new NvmeDeviceException("guests that share " + regions
                    + " DMA regions could take the mappings that the process itself needs: "
                    + mappings + " are allowed. Allow more, as root: sysctl vm.max_map_count=" + wanted
                    + ", or allow fewer regions");
        }
        setAside += limit.beyondDefault();
        return limit;
    }

    private int beyondDefault() {
        return regions > DEFAULT ? regions : 0;
    }

    /** How many mappings the system gives a process. */
    static long mappingsOfProcess() {
        // In one read: the kernel gives such a number only from its beginning, and Files.readString begins with one
        // byte.
        try (BufferedReader reader = Files.newBufferedReader(MAPPINGS)) {
            return Long.parseLong(String.valueOf(reader.readLine()));
        } catch (IOException | NumberFormatException e) {
            LOG.debug("cannot tell how many mappings a process may have", e);
            return Long.MAX_VALUE;
        }
    }

    /** Mappings that are set aside now for all devices of the process. */
    static synchronized int setAside() {
        return setAside;
    }

    /** How many. */
    int regions() {
        return regions;
    }

    @Override
    public void close() {
        synchronized (DmaRegionLimit.class) {
            if (!closed) {
                closed = true;
                setAside -= beyondDefault();
            }
        }
    }
}
