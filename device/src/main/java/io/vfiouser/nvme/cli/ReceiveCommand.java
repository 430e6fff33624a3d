package io.vfiouser.nvme.cli;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Arrival;
import io.vfiouser.mover.ReceiveOptions;
import io.vfiouser.mover.RemoteReceiver;
import io.vfiouser.nvme.cli.migrate.ArrivalReport;
import io.vfiouser.nvme.cli.migrate.Boarding;
import io.vfiouser.nvme.cli.migrate.GuestStay;
import io.vfiouser.nvme.cli.migrate.Outcome;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu receive}. */
@Command(
        name = "receive",
        description = {
            "Take a device that 'nvme-vfu migrate SOURCE tcp://HOST:PORT' moves here from another process or host, go on with"
                    + " its guest and workload, read everything back, and report.",
            "",
            "The stream is neither encrypted nor authenticated: whoever can connect can bring a guest, whoever can listen"
                    + " sees its memory. Listen on the loopback address, which is what happens if no host is given, and use a"
                    + " tunnel (ssh -L, WireGuard).",
            "",
            "A link that breaks leaves one running owner: the sender asks again what became of its move, and this command"
                    + " stays for a while to answer."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:arrived, and what was verified held",
            "1:failed or called off before all moves had arrived; or a process that had the device is gone",
            "2:usage error; nothing was done",
            "4:data or ownership violated"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu serve --socket /tmp/b.sock --ram 1G --incoming",
            "  nvme-vfu receive --listen 4420 /tmp/b.sock --seconds 5",
            "  nvme-vfu migrate /tmp/a.sock tcp://127.0.0.1:4420 --precopy --destroy-data"
        })
final class ReceiveCommand implements Callable<Integer> {

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int MOST_TIMES = 1_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "DESTINATION",
            description = "Socket of the server that is to have the device.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path destination;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where to listen; without a host on the loopback address, port 0 is any that is free.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private String listen;

    @Option(
            names = "--times",
            paramLabel = "N",
            description = "Take so many moves, one after another (${DEFAULT-VALUE}).")
    private int times = 1;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Let the guest work so long here (${DEFAULT-VALUE}); fractions are allowed.")
    private double seconds = 1;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    private final CountDownLatch cancelled = new CountDownLatch(1);

    ReceiveCommand() {}

    @Override
    public Integer call() {
        InetSocketAddress address = TcpAddress.parse(listen)
                .orElseThrow(() -> usage("--listen must be HOST:PORT, as in 127.0.0.1:4420, or a port"));
        if (times < 1 || times > MOST_TIMES) {
            throw usage("--times must be 1 to " + MOST_TIMES);
        }
        if (!(seconds >= 0 && seconds <= 1e6)) {
            throw usage("--seconds must not be negative");
        }
        SocketTarget.check(destination);
        CancelOnSignal signal = CancelOnSignal.install(cancelled::countDown);
        return signal.guard(() -> receive(address), spec.commandLine().getErr());
    }

    private int receive(InetSocketAddress address) {
        List<ArrivalReport> reports = new ArrayList<>();
        try (RemoteReceiver receiver = RemoteReceiver.listen(
                address,
                () -> VfioUserClient.connect(SocketTarget.socketOf(destination), ClientOptions.defaults()),
                new Boarding(),
                ReceiveOptions.defaults())) {
            say("listening on " + name(receiver.address()) + " for a move to " + destination);
            boolean held = true;
            while (held && reports.size() < times) {
                ArrivalReport report = stay(receiver);
                reports.add(report);
                if (!json) {
                    report.lines().forEach(spec.commandLine().getOut()::println);
                    spec.commandLine().getOut().flush();
                }
                held = report.outcome() == Outcome.MOVED;
            }
        }
        if (json) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(Json.write(Map.of(
                    "arrivals", reports.stream().map(ArrivalReport::asMap).toList())));
            out.flush();
        }
        ArrivalReport last = reports.getLast();
        if (last.outcome() == Outcome.MOVED) {
            return ExitCode.OK;
        }
        throw new CommandFailure(
                last.outcome() == Outcome.VIOLATED ? ExitCode.DATA_MISMATCH : ExitCode.FAILURE, last.reason());
    }

    private ArrivalReport stay(RemoteReceiver receiver) {
        Optional<Arrival> arrived = receiver.await(LOOK);
        while (arrived.isEmpty()) {
            if (cancelled.getCount() == 0) {
                throw new CommandFailure("called off before a move had arrived");
            }
            arrived = receiver.await(LOOK);
        }
        try (Arrival arrival = arrived.get()) {
            return GuestStay.at(arrival, Duration.ofNanos((long) (seconds * 1e9)), cancelled);
        }
    }

    /** With --json, standard output has the object and nothing else. */
    private void say(String line) {
        PrintWriter to = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        to.println(line);
        to.flush();
    }

    private static String name(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
