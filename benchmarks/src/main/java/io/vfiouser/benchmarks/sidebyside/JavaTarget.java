package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * This project's server as a checkout runs it, with the settings of its launcher.
 *
 * @param name to tell two of them apart
 * @param checkout which one, built
 * @param dmaRegions that a client will want
 */
record JavaTarget(String name, Path checkout, int cpu, long namespaceBytes, int dmaRegions) implements Target {

    /** What the server and every library allow without being told. */
    private static final int DMA_REGIONS_ALLOWED = 16;

    private static final Duration START_BOUND = Duration.ofSeconds(30);

    private Path program() {
        return checkout.resolve("device/bin/nvme-vfu");
    }

    @Override
    public void check() {
        if (!Files.isExecutable(program())) {
            throw new BenchException(name + ": there is no " + program()
                    + ": name a checkout of this project, after `make build` in it");
        }
    }

    @Override
    public long hugePageBytes(Backend backend) {
        return backend == Backend.RAM ? namespaceBytes : 0;
    }

    @Override
    public Running start(Children children, Backend backend) {
        Path folder = Target.socketFolder(children, name);
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                "serve",
                "--socket",
                folder.toString(),
                "--" + backend,
                Size.format(namespaceBytes),
                "--poll",
                "busy"));
        if (dmaRegions > DMA_REGIONS_ALLOWED) {
            command.addAll(List.of("--dma-regions", Integer.toString(dmaRegions)));
        }
        ChildProcess process = children.start(name, Target.pinned(cpu, command));
        return Running.listening(process, folder, START_BOUND);
    }
}
