package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.NvmeDeviceBuilder;
import io.vfiouser.nvme.PollMode;
import io.vfiouser.nvme.block.BlockDevice;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
            "  nvme-vfu serve --socket /run/vm1/nvme0.sock --file root.img --file data.img --doorbells trapped --poll event"
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

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Option(
            names = "--socket",
            required = true,
            paramLabel = "PATH",
            description = "Where to listen; in a directory the socket is PATH/cntrl. A socket that nobody answers on is"
                    + " replaced.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path socket;

    @ArgGroup(multiplicity = "1..*")
    private final List<BackEndOption> backEnds = new ArrayList<>();

    @Option(
            names = "--block-size",
            paramLabel = "512|4096",
            description = "Bytes of a logical block (512; on block devices their sector).")
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
            names = "--poll",
            paramLabel = "MODE",
            converter = PollConverter.class,
            description =
                    "adaptive (default): naps when idle; busy: a processor for the lowest latency; event: sleeps until"
                            + " a doorbell rings, with trapped doorbells only.")
    private PollMode poll = PollMode.ADAPTIVE;

    @Option(names = "--cpu", paramLabel = "N", description = "Pin the polling thread to a processor, counted from 0.")
    private @Nullable Integer cpu;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description =
                    "Keep what the host saves, such as values of features, in a text file; it is made if it does not"
                            + " exist. Without it, what is saved ends with this server.")
    private @Nullable Path settings;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ServeCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        OptionalInt blockBytes = blockSize == null ? OptionalInt.empty() : OptionalInt.of(blockSize);
        NvmeDeviceBuilder builder =
                NvmeDevice.builder().socket(socket).doorbells(doorbells).poll(poll);
        if (cpu != null) {
            builder.cpu(cpu);
        }
        if (settings != null) {
            builder.settings(settings);
        }
        // Nothing is held yet: the device activates them, and closes them in any case.
        List<BlockDevice> devices = new ArrayList<>();
        for (BackEndOption backEnd : backEnds) {
            BlockDevice device = backEnd.open(blockBytes);
            devices.add(device);
            builder.namespace(device);
        }
        return serve(builder, devices);
    }

    private int serve(NvmeDeviceBuilder builder, List<BlockDevice> devices) throws InterruptedException {
        try (NvmeDevice device = start(builder)) {
            GracefulStop stop = GracefulStop.install(device::close);
            PrintWriter out = spec.commandLine().getOut();
            out.println("listening on " + device.socket());
            for (int i = 0; i < devices.size(); i++) {
                out.println("namespace " + (i + 1) + ": " + describe(devices.get(i)));
            }
            out.flush();
            device.awaitClose();
            stop.cancelOrWait();
        }
        throw new CommandFailure("the server ended because of an error; run it again with --verbose for what happened");
    }

    private static String describe(BlockDevice device) {
        return ByteSize.format(device.blockCount() * device.blockSizeBytes()) + " in blocks of "
                + device.blockSizeBytes() + " bytes, "
                + device.capabilities().description();
    }

    private static NvmeDevice start(NvmeDeviceBuilder builder) {
        try {
            return builder.start();
        } catch (IllegalStateException e) {
            // another server answers on the socket
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private void checkOptions() {
        if (socket.toString().isEmpty()) {
            throw usage("--socket is empty: name a socket or a directory");
        }
        if (settings != null && settings.toString().isEmpty()) {
            throw usage("--settings is empty: name a file");
        }
        if (doorbells == DoorbellMode.MAPPED && poll == PollMode.EVENT) {
            throw usage("--poll event cannot work with mapped doorbells: a store into memory wakes nobody. Use"
                    + " --doorbells trapped, or --poll adaptive");
        }
        if (blockSize != null && blockSize != 512 && blockSize != 4096) {
            throw usage("--block-size must be 512 or 4096, not " + blockSize);
        }
        if (cpu != null && (cpu < 0 || cpu >= Runtime.getRuntime().availableProcessors())) {
            throw usage("--cpu " + cpu + ": this machine has processors 0 to "
                    + (Runtime.getRuntime().availableProcessors() - 1));
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
