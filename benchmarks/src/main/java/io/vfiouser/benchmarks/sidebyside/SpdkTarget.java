package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * SPDK's target with a RAM disk or its null back end, as {@code nvmf_tgt} serves it over vfio-user. Takes all its memory from reserved huge pages,
 * and wants hugetlbfs mounted for that.
 *
 * @param folder a built tree, with {@code build/bin/nvmf_tgt} in it
 */
record SpdkTarget(String name, Path folder, int cpu, long namespaceBytes) implements Target {

    /** For SPDK's client: any but the discovery subsystem's, which it would take by default. */
    static final String SUBSYSTEM = "nqn.2026-11.io.vfiouser:bench";

    private static final Duration START_BOUND = Duration.ofSeconds(30);
    private static final int BLOCK_BYTES = 512;
    private static final String DISK = "disk";
    /** What the target needs beside the disk, in MiB: rings, buffers, the mempool of the transport. */
    private static final long OWN_MIB = 388;

    private Path program() {
        return folder.resolve("build/bin/nvmf_tgt");
    }

    @Override
    public void check() {
        if (!Files.isExecutable(program())) {
            throw new BenchException(name + ": there is no " + program()
                    + ": --spdk (SPDK_DIR) names a built tree, configured with --with-vfio-user");
        }
        if (!hugetlbfsMounted()) {
            throw new BenchException(name + ": nvmf_tgt wants hugetlbfs mounted, for example:"
                    + " mkdir -p /dev/hugepages && mount -t hugetlbfs nodev /dev/hugepages");
        }
        HugePagePool.require(name, memoryMib() << 20);
    }

    @Override
    public long hugePageBytes(Backend backend) {
        return memoryMib() << 20;
    }

    private long memoryMib() {
        return OWN_MIB + (namespaceBytes >> 20);
    }

    private static boolean hugetlbfsMounted() {
        try {
            return Files.readAllLines(Path.of("/proc/mounts")).stream().anyMatch(line -> line.contains(" hugetlbfs "));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Running start(Children children, Backend backend) {
        Path socketFolder = Target.socketFolder(children, name);
        Path rpc = children.folder().resolve(name + ".rpc");
        ChildProcess process = children.start(
                name,
                Target.pinned(
                        cpu,
                        List.of(
                                program().toString(),
                                "-m",
                                "0x" + Long.toHexString(1L << cpu),
                                "-s",
                                Long.toString(memoryMib()),
                                "--no-pci",
                                "-r",
                                rpc.toString(),
                                "--huge-unlink",
                                "--num-trace-entries",
                                "0",
                                "--silence-noticelog")));
        try (SpdkRpc calls = connect(process, rpc)) {
            configure(calls, backend, socketFolder);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new Running(process, socketFolder);
    }

    private SpdkRpc connect(ChildProcess process, Path socket) {
        long end = System.nanoTime() + START_BOUND.toNanos();
        while (true) {
            try {
                SpdkRpc calls = SpdkRpc.connect(socket);
                Object ignored = calls.call("framework_wait_init", Map.of());
                return calls;
            } catch (IOException e) {
                process.requireAlive();
                if (System.nanoTime() - end > 0) {
                    throw new BenchException(
                            name + " did not open its RPC socket within " + START_BOUND.toSeconds() + " s", e);
                }
                process.pause(Duration.ofMillis(50));
            }
        }
    }

    private void configure(SpdkRpc calls, Backend backend, Path socketFolder) {
        call(calls, "nvmf_create_transport", Map.of("trtype", "VFIOUSER"));
        call(
                calls,
                backend == Backend.RAM ? "bdev_malloc_create" : "bdev_null_create",
                Map.of("name", DISK, "num_blocks", namespaceBytes / BLOCK_BYTES, "block_size", BLOCK_BYTES));
        call(
                calls,
                "nvmf_create_subsystem",
                Map.of("nqn", SUBSYSTEM, "allow_any_host", true, "serial_number", "BENCH"));
        call(calls, "nvmf_subsystem_add_ns", Map.of("nqn", SUBSYSTEM, "namespace", Map.of("bdev_name", DISK)));
        call(
                calls,
                "nvmf_subsystem_add_listener",
                Map.of(
                        "nqn",
                        SUBSYSTEM,
                        "listen_address",
                        Map.of("trtype", "VFIOUSER", "traddr", socketFolder.toString(), "trsvcid", "0")));
    }

    private static void call(SpdkRpc calls, String method, Map<String, ?> parameters) {
        Object ignored = calls.call(method, parameters);
    }
}
