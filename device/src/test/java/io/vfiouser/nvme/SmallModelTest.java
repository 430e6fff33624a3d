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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All sequences of events in the life of a device that is moved, up to some length, against a model. */
class SmallModelTest {
    private static final ModelEvent[] EVENTS = ModelEvent.values();

    /** A sequence with what went wrong. */
    private record Failure(List<ModelEvent> events, Throwable cause) {
        String describe() {
            return events + ": " + cause;
        }
    }

    private final PrintStream log = System.err;

    /** Refusals are logged, one or two for each sequence. */
    @BeforeEach
    void logNothing() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }

    @AfterEach
    void logAgain() {
        System.setErr(log);
    }

    private static Optional<Throwable> run(Variant variant, Ending ending, List<ModelEvent> events) {
        try (ModelWorld world = new ModelWorld(variant)) {
            events.forEach(world::happen);
            world.end(ending);
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(e);
        }
    }

    private static List<ModelEvent> sequence(int number, int length) {
        List<ModelEvent> events = new ArrayList<>();
        int rest = number;
        for (int i = 0; i < length; i++) {
            events.add(EVENTS[rest % EVENTS.length]);
            rest /= EVENTS.length;
        }
        return events;
    }

    /** Runs all sequences of a length; the first failure, if there is one. */
    private static Optional<Failure> explore(Variant variant, Ending ending, int length) {
        int count = (int) Math.pow(EVENTS.length, length);
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(number -> {
                    List<ModelEvent> events = sequence(number, length);
                    return run(variant, ending, events).map(cause -> new Failure(events, cause));
                })
                .flatMap(Optional::stream)
                .findAny();
    }

    /** Leaves out what is not needed to fail. */
    private static Failure shrink(Variant variant, Ending ending, Failure failure) {
        Failure smallest = failure;
        for (int i = 0; i < smallest.events.size(); ) {
            List<ModelEvent> fewer = new ArrayList<>(smallest.events);
            fewer.remove(i);
            Optional<Throwable> cause = run(variant, ending, fewer);
            if (cause.isPresent()) {
                smallest = new Failure(fewer, cause.get());
                i = 0;
            } else {
                i++;
            }
        }
        return smallest;
    }

    private static void requireAll(Variant variant, int most) {
        for (int length = 0; length <= most; length++) {
            long start = System.nanoTime();
            for (Ending ending : Ending.values()) {
                Optional<Failure> failure = explore(variant, ending, length);
                if (failure.isPresent()) {
                    Failure least = shrink(variant, ending, failure.get());
                    throw new AssertionError(
                            "%s, %s: %s%nshrunk to %s"
                                    .formatted(variant, ending, failure.get().describe(), least.describe()),
                            least.cause);
                }
            }
            System.out.println(variant + " " + length + " " + (System.nanoTime() - start) / 1000000);
        }
    }

    @Test
    void x() {
        for (StorageMode storage : StorageMode.values()) {
            for (ModelDisk.Answer first : ModelDisk.Answer.values()) {
                requireAll(new Variant(storage, first), Integer.getInteger("model.depth", 3));
            }
        }
    }
}
