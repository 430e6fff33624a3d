package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.block.BlockDevicePool;
import io.vfiouser.nvme.block.DirectoryBlockDevicePool;
import io.vfiouser.nvme.block.RamBlockDevicePool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --pool-ram}, or {@code --pool-dir} with {@code --pool-size}: room for namespaces that hosts create. */
final class PoolOptions {
    @Option(
            names = "--pool-ram",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "Room in memory for namespaces that hosts create; gone when the server ends.")
    private @Nullable ByteSize ram;

    @Option(
            names = "--pool-dir",
            paramLabel = "PATH",
            description = "A directory for the namespaces that hosts create, which are there again when the server is"
                    + " started again. With --pool-size.")
    private @Nullable Path folder;

    @Option(
            names = "--pool-size",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "How much the namespaces in --pool-dir may take together.")
    private @Nullable ByteSize size;

    PoolOptions() {}

    /** Whether there is to be a pool. */
    boolean given() {
        return ram != null || folder != null;
    }

    /** Whether only this process can have what is in it. */
    boolean inMemory() {
        return ram != null;
    }

    /** Throws a usage error if the options do not fit together. */
    void check(CommandSpec spec) {
        if (ram != null && folder != null) {
            throw usage(spec, "--pool-ram and --pool-dir: a server has one pool, choose one of them");
        }
        if (folder != null && size == null) {
            throw usage(spec, "--pool-dir needs --pool-size: how much the namespaces may take together");
        }
        if (folder == null && size != null) {
            throw usage(spec, "--pool-size belongs to --pool-dir; the size of a pool in memory is --pool-ram's");
        }
        if ((ram != null && ram.bytes() == 0) || (size != null && size.bytes() == 0)) {
            throw usage(spec, "a pool of 0 bytes has room for nothing: make it larger");
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw usage(spec, "--pool-dir " + folder + " is no directory: make it first");
        }
    }

    /** The pool, if there is to be one; {@code incoming} leaves a directory to whoever has it at present. */
    Optional<BlockDevicePool> open(CommandSpec spec, boolean incoming) {
        check(spec);
        if (folder != null && size != null) {
            return Optional.of(
                    incoming
                            ? DirectoryBlockDevicePool.inactive(folder, size.bytes())
                            : DirectoryBlockDevicePool.open(folder, size.bytes()));
        }
        return Optional.ofNullable(ram).map(bytes -> RamBlockDevicePool.ofSize(bytes.bytes()));
    }

    private static ParameterException usage(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
