package io.vfiouser.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * From the submission entry to the completion the device calls nothing native and nothing native calls it: all commands work in a virtual
 * machine in which no code may link a native function or make a stub for one. Interrupts, which the transport sends, are only counted
 * there; memory is Java's own and the medium one that moves nothing, since to have others takes native calls before the first command. With a
 * RAM medium the copies of long blocks are the one call that there is: {@link io.vfiouser.os.GuardedCopy}, without a change of the thread's state.
 */
class NoNativeCallsTest {
    private static final long PATIENCE_SECONDS = 60;

    @Test
    void commandsWorkWhereNativeAccessIsDenied() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--illegal-native-access=deny",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DeniedNativeAccess.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains(DeniedNativeAccess.DENIED).contains(DeniedNativeAccess.COMPLETED);
        assertThat(process.exitValue()).as(output).isZero();
    }
}
