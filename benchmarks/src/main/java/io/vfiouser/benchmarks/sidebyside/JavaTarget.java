package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * This project's server as a checkout runs it, with the settings of its launcher.
 *
 * @param name to tell two of them apart
 * @param checkout which one, built
 */
record JavaTarget(String name, Path checkout, int cpu, long namespaceBytes) implements Target {

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
        ChildProcess process = children.start(
                name,
                Target.pinned(
                        cpu,
                        List.of(
                                program().toString(),
                                "serve",
                                "--socket",
                                folder.toString(),
                                "--" + backend,
                                Size.format(namespaceBytes),
                                "--poll",
                                "busy")));
        return Running.listening(process, folder, START_BOUND);
    }
}
