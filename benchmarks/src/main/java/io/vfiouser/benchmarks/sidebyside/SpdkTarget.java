package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Path;

/** SPDK's target, with a RAM disk or its null back end. */
record SpdkTarget(String name, Path folder, int cpu, long namespaceBytes) implements Target {

    @Override
    public void check() {
        throw new BenchException("not yet");
    }

    @Override
    public Running start(Children children, Backend backend) {
        throw new BenchException("not yet");
    }
}
