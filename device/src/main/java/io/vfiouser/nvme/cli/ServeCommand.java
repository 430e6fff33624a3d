package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.NvmeDeviceBuilder;
import io.vfiouser.nvme.PollMode;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.NvmSubsystemBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu serve}. */
@Command(
        name = "serve",
        description = {
            "Serve an NVMe controller with one or more namespaces on a UNIX socket, for QEMU's vfio-user-pci, SPDK's driver or"
                    + " nvme-vfu io. --ram, --file and --null may be repeated and mixed; their order numbers the"
                    + " namespaces from 1.",
            "",
            "--socket may be repeated: each is a controller of its own, all have the same namespaces. --pool-ram or --pool-dir"
                    + " gives hosts room in which they create and delete namespaces themselves, as with nvme create-ns"
                    + " and nvme attach-ns. An image that grows while guests run is noticed within seconds, and they are"
                    + " told.",
            "",
            "A controller moves from one server to another with its guest running: the other one is started with --incoming and"
                    + " namespaces like those here, in the same order, and the same --storage.",
            "",
            "Prints 'listening on PATH' when a client may attach. SIGTERM and Ctrl-C finish what is in flight, flush, and end"
                    + " with exit code 0."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by SIGTERM or SIGINT, everything flushed",
            "1:failed; the cause is on standard error",
            "2:usage error; nothing was served"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu serve --socket /run/vm1/nvme0.sock --file disk.img",
            "  nvme-vfu serve --socket /run/vm1 --ram 1G --block-size 4096 --poll busy --cpu 3",
            "  nvme-vfu serve --socket /run/vm1 --ram 1G --poll busy --pollers 2 --cpu 2,3",
            "  nvme-vfu serve --socket /run/vm1/nvme0.sock --file root.img --file data.img --doorbells trapped --poll event",
            "  nvme-vfu serve --socket /run/vm1 --socket /run/vm2 --file shared.img",
            "  nvme-vfu serve --socket /run/vm1 --pool-dir /var/lib/nvme --pool-size 1T",
            "  nvme-vfu serve --socket /run/vm1-new --file /mnt/shared/disk.img --storage shared --incoming"
        })
final class ServeCommand implements Callable<Integer> {

    /** Takes the modes in lower case. */
    static final class DoorbellConverter extends LowerCaseEnum<DoorbellMode> {
        DoorbellConverter() {
            super(DoorbellMode.class);
        }
    }

    /** Takes the modes in lower case. */
    static final class PollConverter extends LowerCaseEnum<PollMode> {
        PollConverter() {
            super(PollMode.class);
        }
    }

    /** Takes the modes in lower case. */
    static final class StorageConverter extends LowerCaseEnum<StorageMode> {
        StorageConverter() {
            super(StorageMode.class);
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Option(
            names = "--socket",
            required = true,
            paramLabel = "PATH",
            description = "Where to listen; in a directory the socket is PATH/cntrl. A socket that nobody answers on is"
                    + " replaced. May be repeated.")
    private final List<Path> sockets = new ArrayList<>();

    @ArgGroup(multiplicity = "0..*")
    private final List<BackEndOption> backEnds = new ArrayList<>();

    @Mixin
    final PoolOptions pool = new PoolOptions();

    @Option(
            names = "--block-size",
            paramLabel = "512|4096",
            description =
                    "Bytes of a logical block (512; on block devices their sector). A guest may format it otherwise, but"
                            + " not smaller than a block device's sector.")
    private @Nullable Integer blockSize;

    @Option(
            names = "--doorbells",
            paramLabel = "MODE",
            converter = DoorbellConverter.class,
            description =
                    "mapped (default): the host stores into shared memory; trapped: it sends messages, which can wake"
                            + " a sleeping server.")
    private DoorbellMode doorbells = DoorbellMode.MAPPED;

    @Option(
            names = "--no-shadow-doorbells",
            description =
                    "Do not offer shadow doorbells. With trapped doorbells a host then sends a message for each one, as"
                            + " those do that know no shadow doorbells.")
    private boolean noShadowDoorbells;

    @Option(
            names = "--poll",
            paramLabel = "MODE",
            converter = PollConverter.class,
            description =
                    "adaptive (default): naps when idle; busy: a processor for the lowest latency; event: sleeps until"
                            + " a doorbell rings, with trapped doorbells only.")
    private PollMode poll = PollMode.ADAPTIVE;

    @Option(
            names = "--pollers",
            paramLabel = "N",
            description =
                    "Polling threads of each controller (1, or as many as --cpu names processors). The queues are spread"
                            + " among them, and move when one has too much to do and another hardly anything.")
    private @Nullable Integer pollers;

    @Option(
            names = "--cpu",
            paramLabel = "LIST",
            converter = ProcessorList.Converter.class,
            description = "Pin the polling threads to processors, one for each, counted from 0: 3 or 2,3 or 2-3.")
    private @Nullable ProcessorList processors;

    @Option(
            names = "--dma-regions",
            paramLabel = "N",
            description =
                    "How many regions of memory a guest may share at a time (256; libvfio-user 0.1 has 16 compiled in, 0.2a has"
                            + " 64). A guest with an IOMMU of its own may need many more.")
    private @Nullable Integer dmaRegions;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description =
                    "Keep what the host saves, such as values of features, in a text file; it is made if it does not"
                            + " exist. Without it, what is saved ends with this server.")
    private @Nullable Path settings;

    @Option(
            names = "--storage",
            paramLabel = "MODE",
            converter = StorageConverter.class,
            description =
                    "What becomes of the namespaces' content when a controller moves. copy (default): it moves too, each server"
                            + " has images of its own; shared: it stays where both servers reach it.")
    private StorageMode storage = StorageMode.COPY;

    @Option(
            names = "--incoming",
            description =
                    "Wait for a controller that moves here: the namespaces are neither opened for writing nor locked before"
                            + " it does.")
    private boolean incoming;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ServeCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        OptionalInt blockBytes = blockSize == null ? OptionalInt.empty() : OptionalInt.of(blockSize);
        NvmSubsystemBuilder builder =
                NvmSubsystem.builder().multipleControllers(sockets.size() > 1).incoming(incoming);
        // Nothing is held yet: the subsystem activates them, and closes them in any case.
        List<BlockDevice> backEndDevices = new ArrayList<>();
        try {
            pool.open(spec, incoming).ifPresent(builder::pool);
            for (BackEndOption backEnd : backEnds) {
                BlockDevice device = backEnd.open(blockBytes);
                backEndDevices.add(device);
                builder.namespace(device, Math.max(blockBytes.orElse(0), device.blockSizeBytes()));
            }
        } catch (RuntimeException e) {
            builder.discard(e);
            throw e;
        }
        if (settings != null) {
            builder.settings(settings);
        }
        return serve(builder.open(), backEndDevices);
    }

    private int serve(NvmSubsystem subsystem, List<BlockDevice> backEndDevices) throws InterruptedException {
        try (Server server = new Server(subsystem)) {
            for (Path socket : sockets) {
                server.add(() -> start(subsystem, socket));
            }
            GracefulStop stop = GracefulStop.install(server::close);
            PrintWriter out = spec.commandLine().getOut();
            server.devices().forEach(device -> out.println("listening on " + device.socket()));
            if (incoming) {
                out.println("waiting to take over: nothing is locked or changed before a controller moves here");
            }
            subsystem
                    .namespaces()
                    .forEach(namespace -> out.println("namespace " + namespace.id() + ": " + describe(namespace)));
            if (pool.given()) {
                out.println("room for namespaces: " + ByteSize.format(subsystem.unallocatedBytes()));
            }
            out.flush();
            server.watchSizes(backEndDevices);
            server.awaitEnd();
            stop.cancelOrWait();
        }
        throw new CommandFailure("the server ended because of an error; run it again with --verbose for what happened");
    }

    private static String describe(Namespace namespace) {
        return ByteSize.format(namespace.blockCount() << namespace.blockShift()) + " in blocks of "
                + namespace.format().blockBytes() + " bytes, "
                + namespace.device().capabilities().description();
    }

    private NvmeDevice start(NvmSubsystem subsystem, Path socket) {
        NvmeDeviceBuilder builder = NvmeDevice.builder()
                .subsystem(subsystem)
                .socket(socket)
                .doorbells(doorbells)
                .shadowDoorbells(!noShadowDoorbells)
                .storage(storage)
                .poll(poll)
                .pollers(pollerCount());
        if (processors != null) {
            builder.cpu(processors.ids().stream().mapToInt(Integer::intValue).toArray());
        }
        if (dmaRegions != null) {
            builder.dmaRegions(dmaRegions);
        }
        try {
            return builder.start();
        } catch (IllegalStateException e) {
            // another server answers on the socket
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private void checkOptions() {
        if (sockets.stream().anyMatch(socket -> socket.toString().isEmpty())) {
            throw usage("--socket is empty: name a socket or a directory");
        }
        if (settings != null && settings.toString().isEmpty()) {
            throw usage("--settings is empty: name a file");
        }
        Set<Path> distinct = new HashSet<>();
        for (Path socket : sockets) {
            Path place = SocketTarget.socketOf(socket).toAbsolutePath().normalize();
            if (!distinct.add(place)) {
                throw usage("--socket " + socket + " is there twice: each controller has a socket of its own");
            }
        }
        pool.check(spec);
        if (backEnds.isEmpty() && !pool.given()) {
            throw usage("nothing to serve: name at least one of --ram, --file, --null, or a pool with --pool-ram or"
                    + " --pool-dir");
        }
        if (doorbells == DoorbellMode.MAPPED && poll == PollMode.EVENT) {
            throw usage("--poll event cannot work with mapped doorbells: a store into memory wakes nobody. Use"
                    + " --doorbells trapped, or --poll adaptive");
        }
        if (storage == StorageMode.SHARED
                && (pool.inMemory() || backEnds.stream().anyMatch(BackEndOption::inMemory))) {
            throw usage("--storage shared: what is in memory cannot be shared with another process. Use --file or"
                    + " --pool-dir, or --storage copy");
        }
        if (blockSize != null && blockSize != 512 && blockSize != 4096) {
            throw usage("--block-size must be 512 or 4096, not " + blockSize);
        }
        if (dmaRegions != null && (dmaRegions < 1 || dmaRegions > NvmeDeviceBuilder.MOST_DMA_REGIONS)) {
            throw usage("--dma-regions must be 1 to " + NvmeDeviceBuilder.MOST_DMA_REGIONS + ", not " + dmaRegions);
        }
        checkPollers();
    }

    private int pollerCount() {
        if (pollers != null) {
            return pollers;
        }
        return processors == null ? 1 : processors.ids().size();
    }

    private void checkPollers() {
        ProcessorList list = processors;
        if (list != null) {
            list.refusal().ifPresent(why -> {
                throw usage("--cpu " + list + ": " + why);
            });
            if (pollers != null && pollers != list.ids().size()) {
                throw usage("--pollers " + pollers + " with --cpu " + list
                        + ": name as many processors as there are pollers, or leave --pollers out");
            }
        }
        int count = pollerCount();
        if (count < 1 || count > ControllerOptions.MAXIMUM_QUEUE_PAIRS) {
            throw usage((pollers == null ? "--cpu names " + count + " processors" : "--pollers " + count)
                    + ": a controller can have 1 to " + ControllerOptions.MAXIMUM_QUEUE_PAIRS
                    + ", as many as it has queues");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
