package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bare copy loop: random blocks out of as much memory as a RAM namespace has, and nothing else. No target can be faster. */
final class CopyLoop {

    private static final Duration GRACE = Duration.ofSeconds(20);

    private CopyLoop() {}

    /**
     * What one run of it did.
     *
     * @param pages what backed the memory, in the program's words
     */
    record Result(int blockBytes, double copiesPerSecond, String pages) {}

    static Result run(Children children, Path program, int cpu, long bytes, int blockBytes, Duration duration) {
        double seconds = Math.max(1, Math.rint(duration.toMillis() / 1e3));
        try (ChildProcess process = children.start(
                "copy loop",
                Target.pinned(
                        cpu,
                        List.of(
                                program.toString(),
                                "--copy-loop",
                                "--ram",
                                Size.format(bytes),
                                "--block",
                                Integer.toString(blockBytes),
                                "--seconds",
                                Integer.toString((int) seconds))))) {
            List<String> lines =
                    process.awaitEnd(Duration.ofSeconds((long) seconds).plus(GRACE));
            return parse(blockBytes, String.join("\n", lines));
        }
    }

    static Result parse(int blockBytes, String json) {
        Map<String, @Nullable Object> facts = Json.object(json);
        return new Result(blockBytes, Json.number(facts, "copiesPerSecond"), String.valueOf(facts.get("pages")));
    }
}
