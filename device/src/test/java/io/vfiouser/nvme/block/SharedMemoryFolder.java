package io.vfiouser.nvme.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary folders on a tmpfs, which cannot do everything that a disk's file system can. */
public final class SharedMemoryFolder implements TempDirFactory {
    private static final Path TMPFS = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return Files.isWritable(TMPFS) ? Files.createTempDirectory(TMPFS, "block") : Files.createTempDirectory("block");
    }
}
