package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The device written in C for this comparison, on the same library.
 *
 * @param bare it only answers: the least that any device does. With {@link Backend#NULL} only
 */
record YardstickTarget(String name, Path program, int cpu, long namespaceBytes, boolean bare) implements Target {

    private static final Duration START_BOUND = Duration.ofSeconds(10);

    @Override
    public void check() {
        if (!Files.isExecutable(program)) {
            throw new BenchException(name + ": there is no " + program + ": `make yardstick` builds it");
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
                program.toString(),
                "--socket",
                folder.resolve(SOCKET).toString(),
                "--" + backend,
                Size.format(namespaceBytes)));
        if (bare) {
            command.add("--bare");
        }
        ChildProcess process = children.start(name, Target.pinned(cpu, command));
        return Running.listening(process, folder, START_BOUND);
    }
}
