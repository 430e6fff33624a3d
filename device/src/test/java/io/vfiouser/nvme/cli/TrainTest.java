package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `make build` has the JVM remember. */
@Tag("soak")
class TrainTest {

    @Test
    void doesEverythingOnceAndLeavesNothingBehind(@TempDir Path folder) {
        try (CommandProcess train = CommandProcess.start(folder, "train")) {
            assertThat(train.exitCode()).as(train.err()).isZero();
        }
    }
}
