package io.vfiouser.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No process and no file outlives a run, and whatever a process did wrong is said. */
@Timeout(60)
class ChildrenTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    @Test
    void theLineThatIsWantedIsFoundAmongOthers() {
        try (Children children = new Children();
                ChildProcess child =
                        children.start("talker", shell("echo one; echo two; read x; echo got $x; read y"))) {
            assertThat(child.await(line -> line.startsWith("t"), LONG)).isEqualTo("two");
            child.send("this");
            assertThat(child.await(line -> true, LONG)).isEqualTo("got this");
        }
    }

    @Test
    void aProcessThatFailsIsQuotedWithItsExitCode() {
        try (Children children = new Children();
                ChildProcess child = children.start("failing", shell("echo no memory >&2; exit 3"))) {
            assertThatExceptionOfType(BenchException.class)
                    .isThrownBy(() -> child.await(line -> true, LONG))
                    .withMessageContaining("failing ended with exit code 3")
                    .withMessageContaining("no memory");
            assertThatExceptionOfType(BenchException.class).isThrownBy(child::requireAlive);
        }
    }

    @Test
    void waitingHasABound() {
        try (Children children = new Children();
                ChildProcess child = children.start("silent", List.of("sleep", "1000"))) {
            assertThatExceptionOfType(BenchException.class)
                    .isThrownBy(() -> child.await(line -> true, Duration.ofMillis(50)))
                    .withMessageContaining("silent did not print");
        }
    }

    @Test
    void aProgramThatDoesNotExistIsNamed() {
        try (Children children = new Children()) {
            assertThatExceptionOfType(BenchException.class)
                    .isThrownBy(() -> children.start("ghost", List.of("/no/such/program")))
                    .withMessageContaining("ghost");
        }
    }

    @Test
    void allEndsWithTheRunWhatIsStoppedToo() throws Exception {
        Path folder;
        ProcessHandle running;
        ProcessHandle stopped;
        try (Children children = new Children()) {
            folder = Files.createDirectories(children.folder().resolve("a/b"));
            Files.createFile(folder.resolve("socket"));
            running = ProcessHandle.of(
                            children.start("running", List.of("sleep", "1000")).pid())
                    .orElseThrow();
            ChildProcess second = children.start("stopped", List.of("sleep", "1000"));
            second.stop();
            stopped = ProcessHandle.of(second.pid()).orElseThrow();
        }
        assertThat(running.isAlive()).isFalse();
        assertThat(stopped.isAlive()).isFalse();
        assertThat(folder.getParent().getParent()).doesNotExist();
    }

    @Test
    void aStoppedProcessMayBeAtItsEndWhenTheRunEnds() {
        for (int round = 0; round < 20; round++) {
            ProcessHandle stopped;
            try (Children children = new Children()) {
                ChildProcess child = children.start("stopped", List.of("sleep", "1000"));
                child.stop();
                stopped = ProcessHandle.of(child.pid()).orElseThrow();
                stopped.destroyForcibly();
            }
            assertThat(stopped.isAlive()).isFalse();
        }
    }
}
