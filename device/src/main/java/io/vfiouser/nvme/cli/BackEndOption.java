package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** One of {@code --ram}, {@code --file}, {@code --null}: a namespace. Picocli keeps them in the order they were given. */
final class BackEndOption {

    private static final int DEFAULT_BLOCK_BYTES = 512;

    @Option(
            names = "--ram",
            required = true,
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "A namespace in memory, on huge pages where they can be had; gone when the server ends.")
    private @Nullable ByteSize ram;

    @Option(
            names = "--file",
            required = true,
            paramLabel = "PATH",
            description = "A namespace in a raw image or a block device, which is locked.")
    private @Nullable Path file;

    @Option(
            names = "--null",
            required = true,
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "A namespace that keeps nothing, for measurements.")
    private @Nullable ByteSize nothing;

    BackEndOption() {}

    /** Makes the back end, inactive. */
    BlockDevice open(OptionalInt blockBytes) {
        if (file != null) {
            if (file.toString().isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, "--file is empty: name a raw image or a block device");
            }
            FileBlockDevice.Builder builder = FileBlockDevice.builder(file);
            blockBytes.ifPresent(builder::blockSizeBytes);
            return builder.open();
        }
        if (ram != null) {
            return RamBlockDevice.builder(whole(ram, "--ram", blockBytes))
                    .blockSizeBytes(blockBytes.orElse(DEFAULT_BLOCK_BYTES))
                    .build();
        }
        if (nothing != null) {
            int bytes = blockBytes.orElse(DEFAULT_BLOCK_BYTES);
            try {
                return NullBlockDevice.of(whole(nothing, "--null", blockBytes) / bytes, bytes);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--null " + nothing + " is more than a namespace can have: make it smaller");
            }
        }
        throw new IllegalStateException("picocli accepts no empty group");
    }

    private static long whole(ByteSize size, String option, OptionalInt blockBytes) {
        int bytes = blockBytes.orElse(DEFAULT_BLOCK_BYTES);
        if (size.bytes() == 0 || size.bytes() % bytes != 0) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    option + " " + size.bytes() + ": a namespace has at least one block, and whole blocks of " + bytes
                            + " bytes only");
        }
        return size.bytes();
    }
}
