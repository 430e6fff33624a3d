package io.vfiouser.nvme;

import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.IdlePolicy;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.NvmSubsystemBuilder;
import io.vfiouser.server.DeviceContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Describes an {@link NvmeDevice}. A namespace and a socket are needed, everything else has a default. Used by one thread. */
public final class NvmeDeviceBuilder {
    /** Regions a client may count on without asking: vfio-user protocol, {@code max_dma_maps}. */
    public static final int MOST_DMA_REGIONS = 65_535;

    /** The socket's name if a folder was given: where SPDK's driver looks for it. */
    private static final String SOCKET_IN_FOLDER = "cntrl";

    private final NvmSubsystemBuilder own = NvmSubsystem.builder().multipleControllers(false);
    private final List<Integer> cpus = new ArrayList<>();
    private @Nullable Path socket;
    private Optional<VfioUserLibrary> library = Optional.empty();
    private Optional<Path> libraryPath = Optional.empty();
    private DoorbellMode doorbells = DoorbellMode.MAPPED;
    private PollMode poll = PollMode.ADAPTIVE;
    private Optional<NvmSubsystem> shared = Optional.empty();
    private StorageMode storage = StorageMode.COPY;
    private int pollers = 1;
    private int dmaRegions = DmaRegionLimit.DEFAULT;
    private boolean shadowDoorbells = true;

    NvmeDeviceBuilder() {}

    /**
     * Adds a namespace; they are numbered from 1 in the order of the calls. The device takes the back end over: {@link #start} activates it,
     * {@link NvmeDevice#close} releases and closes it, and so does a {@code start} that fails.
     */
    public NvmeDeviceBuilder namespace(BlockDevice backEnd) {
        own.namespace(backEnd);
        return this;
    }

    /**
     * As {@link #namespace(BlockDevice)}, formatted with logical blocks of {@code blockBytes}.
     *
     * @param blockBytes 512 or 4096, and not less than a block of the back end
     */
    public NvmeDeviceBuilder namespace(BlockDevice backEnd, int blockBytes) {
        own.namespace(backEnd, blockBytes);
        return this;
    }

    /**
     * Makes the device a controller of a subsystem that may have others, instead of giving it namespaces of its own. The subsystem stays
     * the caller's, who closes it after the device.
     */
    public NvmeDeviceBuilder subsystem(NvmSubsystem subsystem) {
        shared = Optional.of(subsystem);
        return this;
    }

    /** Where guests connect; in a folder the socket is called {@code cntrl}. */
    public NvmeDeviceBuilder socket(Path path) {
        socket = path;
        return this;
    }

    /** Which libvfio-user to load; by default it is searched for, see {@link VfioUserLibrary#load()}. */
    public NvmeDeviceBuilder library(Path file) {
        libraryPath = Optional.of(file);
        return this;
    }

    /** A libvfio-user that is loaded already. */
    public NvmeDeviceBuilder library(VfioUserLibrary loaded) {
        library = Optional.of(loaded);
        return this;
    }

    /** {@link DoorbellMode#MAPPED} by default. */
    public NvmeDeviceBuilder doorbells(DoorbellMode mode) {
        doorbells = mode;
        return this;
    }

    /** {@link PollMode#ADAPTIVE} by default. */
    public NvmeDeviceBuilder poll(PollMode mode) {
        poll = mode;
        return this;
    }

    /**
     * Whether hosts are offered shadow doorbells (Base 2.1, section 5.2.5), as they are by default. Without them a host with
     * {@linkplain DoorbellMode#TRAPPED trapped} doorbells sends a message for each one. A controller that moves goes on with what its host has
     * set up; give both sides the same.
     */
    public NvmeDeviceBuilder shadowDoorbells(boolean offered) {
        shadowDoorbells = offered;
        return this;
    }

    /**
     * Threads that execute I/O, 1 by default. A new completion queue goes to the thread that has the fewest, with all submission queues that
     * complete there; later it goes to another one if its thread has too much to do for some seconds and the other hardly anything.
     * More of them than processors to run on are slower than fewer.
     *
     * @param count 1 to {@value ControllerOptions#MAXIMUM_QUEUE_PAIRS}
     */
    public NvmeDeviceBuilder pollers(int count) {
        if (count < 1 || count > ControllerOptions.MAXIMUM_QUEUE_PAIRS) {
            throw new IllegalArgumentException(
                    "1 to " + ControllerOptions.MAXIMUM_QUEUE_PAIRS + " pollers, not " + count);
        }
        pollers = count;
        return this;
    }

    /**
     * How many regions of memory a guest may share at a time, {@value DeviceContextBuilder#DEFAULT_MAX_DMA_REGIONS} by default: more are refused. A guest with an IOMMU
     * of its own may need many more. A library up to ABI level 0.2a has a number of its own compiled in, 16 at 0.1 and 64 at 0.2a, and {@link #start}
     * refuses any that is asked for; as it does one for which the system gives the process too few mappings.
     *
     * @param most 1 to {@value DmaRegionLimit#MOST}
     */
    public NvmeDeviceBuilder dmaRegions(int most) {
        if (most < 1 || most > MOST_DMA_REGIONS) {
            throw new IllegalArgumentException("1 to " + MOST_DMA_REGIONS + " DMA regions, not " + most);
        }
        dmaRegions = most;
        return this;
    }

    /**
     * Binds the pollers to processors, counted from 0: the first to the first, and so on. Pollers beyond the list are not bound, nor is one whose
     * processor does not exist or may not be used: the log says so.
     */
    public NvmeDeviceBuilder cpu(int... processors) {
        cpus.clear();
        for (int cpu : processors) {
            cpus.add(cpu);
        }
        return this;
    }

    /**
     * What becomes of the namespaces' content when the controller moves; both sides must say the same. {@link StorageMode#COPY} by default.
     */
    public NvmeDeviceBuilder storage(StorageMode mode) {
        storage = mode;
        return this;
    }

    /**
     * Whether a controller is to come from elsewhere: {@link #start} leaves the back ends alone, which may be somebody else's until then. A shared
     * {@link #subsystem} says so itself.
     */
    public NvmeDeviceBuilder incoming(boolean value) {
        own.incoming(value);
        return this;
    }

    /** Serial number, at most 20 ASCII characters; by default made from the first namespace's identity. */
    public NvmeDeviceBuilder serial(String value) {
        own.serial(value);
        return this;
    }

    /** Model number, at most 40 ASCII characters. */
    public NvmeDeviceBuilder model(String value) {
        own.model(value);
        return this;
    }

    /**
     * Where to keep what guests save, such as values of features, so that it outlives this process: a text file, which need not exist yet.
     * A shared {@link #subsystem} has its own.
     */
    public NvmeDeviceBuilder settings(Path file) {
        own.settings(file);
        return this;
    }

    /**
     * Takes the back ends unless they are incoming, listens, and starts the threads.
     *
     * @throws NvmeDeviceException if the description is incomplete or contradicts itself
     * @throws io.vfiouser.nvme.block.BlockDeviceException if a back end cannot be activated
     * @throws io.vfiouser.nvme.subsystem.SubsystemSettingsException if the settings cannot be read
     * @throws io.vfiouser.abi.VfioUserLibraryException if there is no usable library
     * @throws IllegalStateException if another server answers on the socket
     */
    public NvmeDevice start() {
        if (own.isEmpty() && shared.isEmpty()) {
            throw new NvmeDeviceException(
                    "a device needs a namespace: call namespace(...) or subsystem(...) before start()");
        }
        VfioUserLibrary loaded;
        try {
            if (!own.isEmpty() && shared.isPresent()) {
                throw new NvmeDeviceException(
                        "a device of a shared subsystem has that one's namespaces: add them there, not here");
            }
            if (socket == null) {
                throw new NvmeDeviceException("a device needs a socket: call socket(...) before start()");
            }
            if (doorbells == DoorbellMode.MAPPED && poll == PollMode.EVENT) {
                throw new NvmeDeviceException(
                        "nothing wakes a poller from mapped doorbells: use adaptive polling, or trapped doorbells");
            }
            loaded = library.orElseGet(
                    () -> libraryPath.map(VfioUserLibrary::load).orElseGet(VfioUserLibrary::load));
        } catch (RuntimeException e) {
            own.discard(e);
            throw e;
        }
        return NvmeDevice.start(this, loaded);
    }

    /** The subsystem of the device's own, opened; empty if it is to join another. */
    Optional<NvmSubsystem> openOwn() {
        return shared.isPresent() ? Optional.empty() : Optional.of(own.open());
    }

    Optional<NvmSubsystem> sharedSubsystem() {
        return shared;
    }

    Path socketPath() {
        Path path = socket;
        if (path == null) {
            throw new IllegalStateException("no socket");
        }
        return Files.isDirectory(path) ? path.resolve(SOCKET_IN_FOLDER) : path;
    }

    DoorbellMode doorbellMode() {
        return doorbells;
    }

    StorageMode storageMode() {
        return storage;
    }

    boolean offersShadowDoorbells() {
        return shadowDoorbells;
    }

    int mostDmaRegions() {
        return dmaRegions;
    }

    int pollerCount() {
        return pollers;
    }

    List<Integer> cpus() {
        return List.copyOf(cpus);
    }

    IdlePolicy idlePolicy() {
        return switch (poll) {
            case BUSY -> IdlePolicy.BUSY;
            case ADAPTIVE -> IdlePolicy.ADAPTIVE;
            case EVENT -> IdlePolicy.EVENT;
        };
    }
}
