package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A state that an earlier release wrote is read by this one. */
class GoldenStateTest {
    private static final String FILE = "state-1.0.bin";

    /** Where to look, and what to take over once, when a new minor version is to have a golden file of its own. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private static byte[] golden() throws IOException {
        try (InputStream file = GoldenStateTest.class.getResourceAsStream(FILE)) {
            return Objects.requireNonNull(file, FILE).readAllBytes();
        }
    }

    @Test
    void theFileOfVersion1Point0IsReadAsWhatItsReleaseWrote() throws IOException {
        assertThat(TestStreams.frames(golden(), 1000)).isEqualTo(TestStreams.kept(GoldenState.frames()));
    }

    /** Only while this release writes 1.0. */
    @Test
    void thisReleaseWritesTheSameBytes() throws IOException {
        assertThat(StreamFormat.MAJOR).isEqualTo(1);
        assertThat(StreamFormat.MINOR).isZero();
        Path written = Files.write(folder.resolve(FILE), TestStreams.bytes(GoldenState.frames()));
        assertThat(TestStreams.bytes(GoldenState.frames()))
                .as(written.toString())
                .isEqualTo(golden());
    }
}
