package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.BlockDevicePool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Describes an {@link NvmSubsystem}. Nothing is needed, everything has a default; a subsystem without namespaces waits for {@link NvmSubsystem#add}
 * or, given a pool, for hosts. Used by one thread.
 */
public final class NvmSubsystemBuilder {
    private static final String DEFAULT_MODEL = "vfio-user for Java NVMe";

    private final Map<BlockDevice, Integer> backEnds = new LinkedHashMap<>();
    private Optional<String> serial = Optional.empty();
    private String model = DEFAULT_MODEL;
    private boolean multipleControllers = true;
    private boolean incoming;
    private Optional<Path> settings = Optional.empty();
    private Optional<BlockDevicePool> pool = Optional.empty();

    NvmSubsystemBuilder() {}

    /**
     * Adds a namespace with the back end's own blocks; they are numbered from 1 in the order of the calls. The subsystem takes the back
     * end over: {@link #open} activates it, {@link NvmSubsystem#close} releases and closes it, and so does an {@code open} that
     * fails.
     */
    public NvmSubsystemBuilder namespace(BlockDevice backEnd) {
        return namespace(backEnd, backEnd.blockSizeBytes());
    }

    /**
     * As {@link #namespace(BlockDevice)}, formatted with logical blocks of {@code blockBytes}.
     *
     * @param blockBytes 512 or 4096, and not less than a block of the back end
     * @throws IllegalArgumentException if the back end is a namespace already
     */
    public NvmSubsystemBuilder namespace(BlockDevice backEnd, int blockBytes) {
        if (backEnds.putIfAbsent(backEnd, blockBytes) != null) {
            throw new IllegalArgumentException("a back end cannot be two namespaces: "
                    + backEnd.capabilities().description());
        }
        return this;
    }

    /** Serial number, at most 20 ASCII characters; by default made from the first namespace's identity. */
    public NvmSubsystemBuilder serial(String value) {
        serial = Optional.of(value);
        return this;
    }

    /** Model number, at most 40 ASCII characters. */
    public NvmSubsystemBuilder model(String value) {
        model = value;
        return this;
    }

    /** Whether several controllers may join, which is the default. With one, hosts see a plain disk and no multipath. */
    public NvmSubsystemBuilder multipleControllers(boolean value) {
        multipleControllers = value;
        return this;
    }

    /**
     * Where to keep what hosts save, such as values of features, so that it outlives this process: a text file, which need not exist
     * yet. Without it, what hosts save ends with the subsystem.
     */
    public NvmSubsystemBuilder settings(Path file) {
        settings = Optional.of(file);
        return this;
    }

    /**
     * Lets hosts create and delete namespaces there. What a persistent pool holds already comes back with its NSIDs. The subsystem
     * takes the pool over, as it does the back ends.
     */
    public NvmSubsystemBuilder pool(BlockDevicePool value) {
        pool = Optional.of(value);
        return this;
    }

    /**
     * Whether {@link #open} leaves the back ends to whoever has them until {@link NvmSubsystem#takeOver}: the namespaces of a controller that is to come
     * from elsewhere. A pool is then best made inactive, too.
     */
    public NvmSubsystemBuilder incoming(boolean value) {
        incoming = value;
        return this;
    }

    /** Whether it has been given neither a namespace nor a pool. */
    public boolean isEmpty() {
        return backEnds.isEmpty() && pool.isEmpty();
    }

    /**
     * Activates the back ends, unless they are {@linkplain #incoming incoming}.
     *
     * @throws BlockDeviceException if one cannot be activated; all are closed then
     * @throws IllegalArgumentException if the description contradicts itself; all are closed then
     * @throws SubsystemSettingsException if the settings cannot be read; all are closed then
     */
    public NvmSubsystem open() {
        NvmSubsystem subsystem = null;
        try {
            subsystem =
                    new NvmSubsystem(this, SubsystemIdentity.of(serial.orElseGet(this::serialOfFirstNamespace), model));
            Map<Integer, BlockDevice> existing =
                    pool.map(BlockDevicePool::existing).orElse(Map.of());
            existing.keySet().forEach(subsystem::reserveForPool);
            for (Map.Entry<BlockDevice, Integer> each : backEnds.entrySet()) {
                var ignored = subsystem.add(each.getKey(), each.getValue());
            }
            existing.forEach(subsystem::enterFromPool);
            if (!incoming) {
                subsystem.takeOver();
            }
            return subsystem;
        } catch (RuntimeException e) {
            close(e, subsystem);
            throw e;
        }
    }

    boolean isIncoming() {
        return incoming;
    }

    boolean hasMultipleControllers() {
        return multipleControllers;
    }

    Optional<Path> settingsFile() {
        return settings;
    }

    Optional<BlockDevicePool> namespacePool() {
        return pool;
    }

    /** Closes what an {@link #open} would have taken over, after something else failed. */
    public void discard(Throwable cause) {
        close(cause, null);
    }

    private void close(Throwable cause, @Nullable NvmSubsystem begun) {
        List<AutoCloseable> all = new ArrayList<>();
        if (begun != null) {
            all.add(begun);
        }
        all.addAll(backEnds.keySet());
        pool.ifPresent(all::add);
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** 16 hexadecimal digits that stay the same wherever the same volume is served. */
    private String serialOfFirstNamespace() {
        String seed = backEnds.isEmpty()
                ? UUID.randomUUID().toString()
                : backEnds.keySet().iterator().next().identity().uuid().toString();
        UUID uuid = UUID.nameUUIDFromBytes(("controller:" + seed).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits(uuid.getMostSignificantBits());
    }
}
