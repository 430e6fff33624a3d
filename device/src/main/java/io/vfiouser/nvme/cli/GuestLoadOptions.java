package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.DriverOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the guest of {@code nvme-vfu migrate} is and does. */
final class GuestLoadOptions {

    private static final int PAGE_BYTES = 4096;

    @Option(
            names = "--no-workload",
            description = "Only move. Works for any vfio-user device, not just NVMe controllers.")
    private boolean none;

    @Option(
            names = "--write",
            paramLabel = "REGION:OFFSET=HEX",
            converter = RegionWrite.Converter.class,
            description =
                    "With --no-workload: first write these bytes to the device, as its driver would. May be repeated.")
    private final List<RegionWrite> writes = new ArrayList<>();

    @Option(names = "--queues", paramLabel = "N", description = "I/O queues (${DEFAULT-VALUE}).")
    private int queues = 4;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Commands in flight on each queue; of several, one queue has depth 1 (${DEFAULT-VALUE}).")
    private int depth = 32;

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "Bytes of each command (4K).")
    private ByteSize block = new ByteSize(PAGE_BYTES);

    @Option(
            names = "--span",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "Use only so much of the namespace, from its start (64M).")
    private ByteSize span = new ByteSize(64 << 20);

    @Option(names = "--namespace", paramLabel = "ID", description = "Namespace (the first).")
    private int namespaceId;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description =
                    "Guest memory beyond what queues and buffers need (1M; with --no-workload all there is: 64M).")
    private @Nullable ByteSize memory;

    @Option(names = "--interrupts", description = "Sleep until an interrupt comes instead of polling for completions.")
    private boolean interrupts;

    @Option(names = "--shadow-doorbells", description = "Use shadow doorbells, if the controller has them.")
    private boolean shadowDoorbells;

    @Option(names = "--destroy-data", description = "Allow the workload to overwrite the span.")
    private boolean destroyData;

    boolean none() {
        return none;
    }

    List<RegionWrite> writes() {
        return writes;
    }

    int queues() {
        return queues;
    }

    int namespaceId() {
        return namespaceId;
    }

    int blockBytes() {
        return (int) block.bytes();
    }

    long spanBytes() {
        return span.bytes();
    }

    boolean interrupts() {
        return interrupts;
    }

    /** Guest memory of a device that nobody uses. */
    long memoryBytes() {
        return memory == null ? 64 << 20 : memory.bytes();
    }

    DriverOptions driver() {
        long data = (long) queues * depth * block.bytes();
        return DriverOptions.defaults()
                .withQueues(queues)
                .withDepth(depth)
                .withInterrupts(interrupts)
                .withShadowDoorbells(shadowDoorbells)
                .withMaximumTransferBytes((int) Math.ceilDiv(block.bytes(), PAGE_BYTES) * PAGE_BYTES)
                .withMemoryBytes(data + (memory == null ? 1 << 20 : memory.bytes()));
    }

    void check(CommandSpec spec) {
        if (depth < 1 || depth > 4095) {
            throw usage(spec, "--depth must be 1 to 4095");
        }
        if (queues < 1 || queues > 1024) {
            throw usage(spec, "--queues must be 1 to 1024");
        }
        if (block.bytes() < 512 || block.bytes() > 64 << 20 || block.bytes() % 512 != 0) {
            throw usage(spec, "--block must be a multiple of 512 bytes between 512 and 64 MiB");
        }
        if (memory != null && (memory.bytes() == 0 || memory.bytes() % PAGE_BYTES != 0)) {
            throw usage(spec, "--memory must be a multiple of " + PAGE_BYTES + " bytes");
        }
        if (!none && !writes.isEmpty()) {
            throw usage(spec, "--write goes with --no-workload: the driver sets an NVMe controller up");
        }
        if (!none && !destroyData) {
            throw usage(
                    spec,
                    "the workload overwrites the first " + span + " of the namespace: add --destroy-data if that is"
                            + " wanted, or --no-workload to move only");
        }
    }

    private static ParameterException usage(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
