package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ShrinkingMemoryTest {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path folder;

    /**
     * The error of such an access is thrown late, at a poll; without a poll inside the stub's {@code try} block it reaches
     * the upcall's entry frame and ends the JVM. Interpreted, half warm and compiled code poll in different places.
     */
    @ParameterizedTest
    @CsvSource({"0,load", "3000,store", "20000,load", "200000,load", "200000,store"})
    void memoryThatGoesAwayUnderACallbackIsReportedToC(int callsBefore, String access) throws Exception {
        File output = folder.resolve("output").toFile();
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                        "-cp",
                        classPath(),
                        ShrinkingMemory.class.getName(),
                        Integer.toString(callsBefore),
                        access))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(output).content().endsWith("failures " + ShrinkingMemory.CALLS_AFTER + "\n");
        assertThat(process.exitValue()).isZero();
    }

    /** The tests run in the named module; the program runs from the same places on the class path. */
    private static String classPath() throws Exception {
        Path classes = location(Upcalls.class);
        return String.join(
                File.pathSeparator,
                classes.toString(),
                classes.resolveSibling("test-classes").toString(),
                location(LoggerFactory.class).toString());
    }

    private static Path location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
