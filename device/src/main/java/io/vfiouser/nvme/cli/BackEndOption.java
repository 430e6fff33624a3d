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

    /** The smallest there are, so that a namespace can be formatted with any. */
    private static final int DEVICE_BLOCK_BYTES = 512;

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

    /** Whether only this process can have it. */
    boolean inMemory() {
        return ram != null;
    }

    /** Makes the back end, inactive, in the smallest blocks it can have. {@code blockBytes} is what its size must be a multiple of. */
    BlockDevice open(OptionalInt blockBytes) {
        if (file != null) {
            if (file.toString().isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, "--file is empty: name a raw image or a block device");
            }
            return open(FileBlockDevice.builder(file), blockBytes);
        }
        if (ram != null) {
            return RamBlockDevice.builder(whole(ram, "--ram", blockBytes))
                    .blockSizeBytes(DEVICE_BLOCK_BYTES)
                    .build();
        }
        if (nothing != null) {
            try {
                return NullBlockDevice.of(
                        whole(nothing, "--null", blockBytes) / DEVICE_BLOCK_BYTES, DEVICE_BLOCK_BYTES);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--null " + nothing + " is more than a namespace can have: make it smaller");
            }
        }
        throw new IllegalStateException("picocli accepts no empty group");
    }

    private static BlockDevice open(FileBlockDevice.Builder builder, OptionalInt blockBytes) {
        FileBlockDevice device = builder.open();
        int bytes = blockBytes.orElse(device.blockSizeBytes());
        if (bytes >= device.blockSizeBytes() && device.blockCount() * device.blockSizeBytes() % bytes == 0) {
            return device;
        }
        // It cannot be; the back end knows how to say why.
        device.close();
        return builder.blockSizeBytes(bytes).open();
    }

    private static long whole(ByteSize size, String option, OptionalInt blockBytes) {
        int bytes = blockBytes.orElse(DEVICE_BLOCK_BYTES);
        if (size.bytes() == 0 || size.bytes() % bytes != 0) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    option + " " + size.bytes() + ": a namespace has at least one block, and whole blocks of " + bytes
                            + " bytes only");
        }
        return size.bytes();
    }
}
