package io.vfiouser.nvme;

import io.vfiouser.nvme.ModelWorld.Ending;
import io.vfiouser.nvme.ModelWorld.Variant;
import io.vfiouser.nvme.migration.StorageMode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every sequence of events in the life of a device that is moved, up to some length, against the {@link ReferenceModel}; and both ways to end
 * what is under way then. A sequence that fails is told together with the shortest one that is left of it.
 */
class SmallModelTest {
    private static final ModelEvent[] EVENTS = ModelEvent.values();

    /** A sequence, and what went wrong. */
    private record Failure(Ending ending, List<ModelEvent> events, Throwable cause) {
        String describe() {
            return "%s, then %s: %s".formatted(events, ending, cause.getMessage());
        }
    }

    private final PrintStream log = System.err;

    /** Refusals are logged, and each sequence has some. */
    @BeforeEach
    void logNothing() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }

    @AfterEach
    void logAgain() {
        System.setErr(log);
    }

    private static Stream<Variant> variants() {
        return Stream.of(StorageMode.values())
                .flatMap(storage -> Stream.of(ModelDisk.Answer.values()).map(first -> new Variant(storage, first)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everySequenceOfUpTo3EventsEndsWell(Variant variant) {
        for (int length = 0; length <= 3; length++) {
            require(variant, length);
        }
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("variants")
    void everySequenceOf4Or5EventsEndsWell(Variant variant) {
        require(variant, 4);
        require(variant, 5);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource
    void everySequenceOf6EventsEndsWell(StorageMode storage) {
        require(new Variant(storage, ModelDisk.Answer.GIVES_BACK), 6);
    }

    private static void require(Variant variant, int length) {
        int count = Math.powExact(EVENTS.length, length);
        Optional<Failure> failure = IntStream.range(0, count)
                .parallel()
                .mapToObj(number -> run(variant, sequence(number, length)))
                .flatMap(Optional::stream)
                .findAny();
        if (failure.isPresent()) {
            Failure found = failure.get();
            Failure least = shrink(variant, found);
            throw new AssertionError(
                    "%s: %s%nshrunk to %s".formatted(variant, found.describe(), least.describe()), least.cause);
        }
    }

    /** In the system of numbers with a digit for each event. */
    private static List<ModelEvent> sequence(int number, int length) {
        List<ModelEvent> events = new ArrayList<>();
        int rest = number;
        for (int i = 0; i < length; i++) {
            events.add(EVENTS[rest % EVENTS.length]);
            rest /= EVENTS.length;
        }
        return events;
    }

    /** Both endings, if they differ. */
    private static Optional<Failure> run(Variant variant, List<ModelEvent> events) {
        boolean[] moving = new boolean[1];
        Optional<Failure> failure = run(variant, Ending.CANCEL, events, moving);
        return failure.isPresent() || !moving[0] ? failure : run(variant, Ending.COMPLETE, events, moving);
    }

    private static Optional<Failure> run(Variant variant, Ending ending, List<ModelEvent> events, boolean[] moving) {
        try (ModelWorld world = new ModelWorld(variant)) {
            events.forEach(world::happen);
            moving[0] = world.moving();
            world.end(ending);
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(new Failure(ending, events, e));
        }
    }

    /** Leaves out what is not needed to fail. */
    private static Failure shrink(Variant variant, Failure failure) {
        Failure least = failure;
        int at = 0;
        while (at < least.events.size()) {
            List<ModelEvent> fewer = new ArrayList<>(least.events);
            fewer.remove(at);
            Optional<Failure> still = run(variant, fewer);
            if (still.isPresent()) {
                least = still.get();
                at = 0;
            } else {
                at++;
            }
        }
        return least;
    }
}
