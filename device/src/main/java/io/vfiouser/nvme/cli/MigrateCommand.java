package io.vfiouser.nvme.cli;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.cli.migrate.Bystander;
import io.vfiouser.nvme.cli.migrate.HtmlReport;
import io.vfiouser.nvme.cli.migrate.JsonReport;
import io.vfiouser.nvme.cli.migrate.MigrationReport;
import io.vfiouser.nvme.cli.migrate.MoveSeries;
import io.vfiouser.nvme.cli.migrate.NvmeGuest;
import io.vfiouser.nvme.cli.migrate.Outcome;
import io.vfiouser.nvme.cli.migrate.Passenger;
import io.vfiouser.nvme.cli.migrate.RunOptions;
import io.vfiouser.nvme.cli.migrate.Side;
import io.vfiouser.nvme.cli.migrate.TextReport;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu migrate}. */
@Command(
        name = "migrate",
        description = {
            "Move a device from one server to another while it is used. This command is the virtual machine: it owns the"
                    + " memory and the queues, runs a verified workload on them, copies the memory, passes the state on, and"
                    + " goes on with the same queues at the destination. Source and destination have separate memories, and"
                    + " the source's is destroyed after the move, so that nothing forgotten goes unnoticed.",
            "",
            "The destination is a server of the same back ends, started with --incoming. The workload overwrites the span and"
                    + " needs --destroy-data. Ctrl-C rolls back to the source."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:moved, and what was verified held",
            "1:failed, the device goes on where it was; or a process that had it is gone",
            "2:usage error; nothing was done",
            "3:more was written than could be copied; the device goes on where it was",
            "4:data or ownership violated"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu serve --socket /tmp/a.sock --ram 1G",
            "  nvme-vfu serve --socket /tmp/b.sock --ram 1G --incoming",
            "  nvme-vfu migrate /tmp/a.sock /tmp/b.sock --precopy --destroy-data --report move.html",
            "  nvme-vfu migrate /tmp/a.sock /tmp/b.sock --times 100 --seconds 0.2 --destroy-data --json",
            "  nvme-vfu migrate /tmp/a.sock tcp://127.0.0.1:4420 --precopy --destroy-data",
            "  nvme-vfu migrate /tmp/a.sock /tmp/b.sock --no-workload --save-state state.bin"
        })
final class MigrateCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "Socket of the server that has the device.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path source;

    @Parameters(
            index = "1",
            paramLabel = "DESTINATION",
            description = {
                "Socket of the server that is to have it; or tcp://HOST:PORT of nvme-vfu receive, which goes on with the"
                        + " workload there. That stream is neither encrypted nor authenticated: use a tunnel."
            })
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private String destination;

    @Mixin
    final MigrateOptions options = new MigrateOptions();

    @Mixin
    final GuestLoadOptions load = new GuestLoadOptions();

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with the timeline drawn (HTML).")
    private @Nullable Path report;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    MigrateCommand() {}

    @Override
    public Integer call() {
        checkOptions();
        SocketTarget.check(source);
        if (!TcpAddress.names(destination)) {
            SocketTarget.check(Path.of(destination));
        }
        RunOptions run = options.run(load.none());
        String storage = load.none() ? "" : options.storage().name().toLowerCase(Locale.ROOT);
        MoveSeries series = new MoveSeries(side(source), destinationSide(), run, storage);
        CancelOnSignal signal = CancelOnSignal.install(series::cancel);
        return signal.guard(() -> move(series, run.times()), spec.commandLine().getErr());
    }

    private int move(MoveSeries series, int times) {
        MigrationReport found;
        try (Passenger passenger = board();
                Terminal.Bar bar = Terminal.progress("migrate", " moves", 1)) {
            found = series.run(passenger, new Counter(bar, times));
        }
        print(found);
        if (found.outcome() == Outcome.MOVED) {
            return ExitCode.OK;
        }
        throw new CommandFailure(exitCode(found.outcome()), found.reason());
    }

    private Passenger board() {
        if (load.none()) {
            VfioUserClient client = SocketTarget.connect(source);
            Bystander bystander = Bystander.at(client, load.memoryBytes());
            try {
                load.writes().forEach(write -> write.perform(client));
            } catch (RuntimeException e) {
                bystander.close();
                throw e;
            }
            return bystander;
        }
        NvmeDriver driver = SocketTarget.attach(source, load.driver());
        NamespaceInfo namespace;
        try {
            if (driver.ioQueueCount() < load.queues()) {
                throw new CommandFailure("the controller grants " + driver.ioQueueCount() + " I/O queues, not "
                        + load.queues() + ": use --queues " + driver.ioQueueCount());
            }
            namespace = NamespaceChoice.of(driver, load.namespaceId());
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
        try {
            return NvmeGuest.start(driver, namespace, load.blockBytes(), load.spanBytes(), load.interrupts());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private void print(MigrationReport found) {
        if (report != null) {
            OutputFile.write(report, HtmlReport.page(found));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(JsonReport.asMap(found)));
        } else {
            TextReport.lines(found).forEach(out::println);
        }
        out.flush();
    }

    private static int exitCode(Outcome outcome) {
        return switch (outcome) {
            case MOVED -> ExitCode.OK;
            case ROLLED_BACK, LOST -> ExitCode.FAILURE;
            case WOULD_NOT_CONVERGE -> ExitCode.NOT_CONVERGED;
            case VIOLATED -> ExitCode.DATA_MISMATCH;
        };
    }

    private static Side side(Path path) {
        return new Side(
                path.toString(), () -> VfioUserClient.connect(SocketTarget.socketOf(path), ClientOptions.defaults()));
    }

    private Side destinationSide() {
        return TcpAddress.ofReceiver(destination)
                .map(address -> Side.remote(destination, address))
                .orElseGet(() -> side(Path.of(destination)));
    }

    private void checkReceiver() {
        if (TcpAddress.ofReceiver(destination).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "DESTINATION must be tcp://HOST:PORT, as in tcp://127.0.0.1:4420");
        }
        if (options.run(load.none()).times() > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--times is 1 with tcp://: nothing comes back from there by itself");
        }
    }

    private void checkOptions() {
        if (TcpAddress.names(destination)) {
            checkReceiver();
        } else if (place(source).equals(place(Path.of(destination)))) {
            throw new ParameterException(
                    spec.commandLine(), "SOURCE and DESTINATION are the same server: there is nothing to move");
        }
        options.check(spec);
        load.check(spec);
        OutputFile.check(spec, "--report", report);
    }

    private static Path place(Path path) {
        return SocketTarget.socketOf(path).toAbsolutePath().normalize();
    }

    /** Shows how many moves are done. */
    private static final class Counter implements StepListener {
        private final Terminal.Bar bar;
        private final int times;
        private int done;

        Counter(Terminal.Bar bar, int times) {
            this.bar = bar;
            this.times = times;
            bar.at(0, times);
        }

        @Override
        public void after(MoveStep step) {
            if (step == MoveStep.RETIRE) {
                done++;
                bar.at(done, times);
            }
        }
    }
}
