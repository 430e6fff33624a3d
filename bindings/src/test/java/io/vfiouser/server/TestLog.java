package io.vfiouser.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The log of the tests of this process, and of no other: it is not appended to, so two would write over one another. */
final class TestLog {
    private TestLog() {}

    static Path file() {
        return Path.of(System.getProperty("org.slf4j.simpleLogger.logFile", "target/test-log.txt"));
    }

    static String text() throws IOException {
        return Files.readString(file());
    }
}
