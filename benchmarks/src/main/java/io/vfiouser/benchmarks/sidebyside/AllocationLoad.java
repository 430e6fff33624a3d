package io.vfiouser.benchmarks.sidebyside;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.DeviceMove;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveTarget;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.PerfReport;
import io.vfiouser.nvme.driver.workload.PerfSettings;
import io.vfiouser.nvme.driver.workload.PerfWorkload;
import io.vfiouser.nvme.driver.workload.Progress;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.LogPageId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A host that does everything at once: reads and writes, admin commands one after the other, and the device under all that moves between two
 * servers. Prints {@value #WARM} when every kind of work was done once and twice, waits for a line, works for the given time, and prints what it did
 * as a line of JSON.
 *
 * <p>Arguments: folders of the sockets of source and destination, seconds.
 */
final class AllocationLoad {

    static final String WARM = "warm";

    private static final int DEPTH = 32;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    /**
     * Before that, commands come one at a time. In a closed loop of depth {@value #DEPTH} a batch of one is so rare that the compiler leaves it out, and
     * makes objects of what it keeps in registers when the first one comes.
     */
    private static final Duration ONE_AT_A_TIME = Duration.ofSeconds(4);

    private static final double ONE_AT_A_TIME_PER_SECOND = 50_000;
    private static final double CLOSED_LOOP = 0;
    /** Even: the device ends where it began, and the next load finds it there. */
    private static final int WARM_UP_MOVES = 4;

    /** How long the host waits counts for nothing here, and on the processor of a polling host the mover is slow. */
    private static final Duration ANY_DOWNTIME = Duration.ofSeconds(10);

    private static final Duration BETWEEN_MOVES = Duration.ofSeconds(3);
    private static final Duration BETWEEN_ADMIN_COMMANDS = Duration.ofMillis(2);

    private final NvmeDriver driver;
    private final Path[] places;
    private final DmaBuffer answer;
    private int adminCommands;
    private int moves;

    private AllocationLoad(NvmeDriver driver, Path source, Path destination) {
        this.driver = driver;
        this.places = new Path[] {source, destination};
        this.answer = driver.allocate(IdentifyCns.LENGTH_BYTES);
    }

    public static void main(String[] arguments) throws Exception {
        Path source = Path.of(arguments[0]);
        Path destination = Path.of(arguments[1]);
        Duration duration = Duration.ofSeconds(Long.parseLong(arguments[2]));
        DriverOptions options =
                DriverOptions.defaults().withQueues(2).withDepth(DEPTH).withMemoryBytes(4 << 20);
        try (NvmeDriver driver = NvmeDriver.connect(source, options)) {
            AllocationLoad load = new AllocationLoad(driver, source, destination);
            PerfReport ignored = load.work(ONE_AT_A_TIME, ONE_AT_A_TIME_PER_SECOND, ONE_AT_A_TIME, 0);
            ignored = load.work(WARM_UP, CLOSED_LOOP, WARM_UP.dividedBy(WARM_UP_MOVES), WARM_UP_MOVES);
            System.out.println(WARM);
            awaitLine();
            load.adminCommands = 0;
            int before = load.moves;
            PerfReport report = load.work(duration, CLOSED_LOOP, BETWEEN_MOVES, Integer.MAX_VALUE);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("commands", report.commands());
            facts.put("admin_commands", load.adminCommands);
            facts.put("moves", load.moves - before);
            System.out.println(Json.write(facts));
        }
    }

    private static void awaitLine() throws IOException {
        int c = System.in.read();
        while (c >= 0 && c != '\n') {
            c = System.in.read();
        }
    }

    private PerfReport work(Duration duration, double commandsPerSecond, Duration betweenMoves, int mostMoves)
            throws Exception {
        PerfSettings settings = new PerfSettings(
                PerfSettings.Pattern.RANDOM_MIX,
                4096,
                Duration.ZERO,
                duration,
                Long.MAX_VALUE,
                1,
                false,
                commandsPerSecond);
        int first = moves;
        try (ExecutorService io = Executors.newSingleThreadExecutor()) {
            Future<PerfReport> report =
                    io.submit(() -> PerfWorkload.run(driver, driver.namespace(1), settings, Progress.none()));
            long nextMove = System.nanoTime() + betweenMoves.dividedBy(2).toNanos();
            while (true) {
                try {
                    return report.get(BETWEEN_ADMIN_COMMANDS.toNanos(), TimeUnit.NANOSECONDS);
                } catch (ExecutionException e) {
                    throw new IllegalStateException("the load failed: " + e.getCause(), e.getCause());
                } catch (TimeoutException e) {
                    admin();
                }
                if (System.nanoTime() - nextMove > 0 && moves - first < mostMoves) {
                    move();
                    nextMove = System.nanoTime() + betweenMoves.toNanos();
                }
            }
        }
    }

    private void admin() {
        NvmeCommand command = switch (adminCommands++ % 4) {
            case 0 -> NvmeCommand.identify(IdentifyCns.CONTROLLER, 0, answer);
            case 1 -> NvmeCommand.getLogPage(LogPageId.SMART_HEALTH, -1, answer, 512);
            case 2 -> NvmeCommand.getFeatures(FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_CURRENT);
            default -> NvmeCommand.setFeatures(FeatureId.INTERRUPT_COALESCING, 0);
        };
        Object ignored = driver.admin().executeSuccessfully(command);
    }

    private void move() {
        Path to = places[(moves + 1) % 2];
        MoveOutcome outcome = new DeviceMove(
                        driver.client(),
                        MoveTarget.local(
                                () -> VfioUserClient.connect(to.resolve(Target.SOCKET), ClientOptions.defaults())),
                        driver.guest(),
                        driver.guestMemory(),
                        MoveOptions.defaults().withDowntime(ANY_DOWNTIME),
                        StepListener.NONE)
                .run()
                .outcome();
        if (!(outcome instanceof MoveOutcome.Moved)) {
            throw new IllegalStateException("the device did not move: " + outcome);
        }
        moves++;
    }
}
