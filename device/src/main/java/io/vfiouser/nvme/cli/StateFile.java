package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** A file with a whole migration stream, as it was read from a source. */
final class StateFile {
    private static final int PIECE_BYTES = 1 << 20;

    private final StreamSummary summary;
    private final long bytes;

    private StateFile(StreamSummary summary, long bytes) {
        this.summary = summary;
        this.bytes = bytes;
    }

    /**
     * Reads all of a file.
     *
     * @throws CommandFailure with this exit code if it cannot be read, or is no whole, sound stream
     */
    static StateFile read(Path file, int exitCode) {
        StreamSummary summary = new StreamSummary();
        StreamReader reader = new StreamReader(summary);
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                reader.write(MemorySegment.ofArray(piece).asSlice(0, count));
            }
            reader.finish();
        } catch (NoSuchFileException e) {
            throw new CommandFailure(exitCode, "there is no file " + file);
        } catch (IOException e) {
            throw new CommandFailure(exitCode, "%s cannot be read: %s".formatted(file, e.getMessage()));
        } catch (StateRefusedException e) {
            throw new CommandFailure(exitCode, file + ": " + e.getMessage());
        }
        return new StateFile(summary, reader.bytesRead());
    }

    ControllerState state() {
        return summary.state().orElseThrow();
    }

    /** All that is in it, for {@link Json} and {@link TreeText}. */
    Map<String, Object> asMap() {
        return summary.asMap(bytes);
    }
}
