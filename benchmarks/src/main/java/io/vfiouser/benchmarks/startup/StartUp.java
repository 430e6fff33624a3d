package io.vfiouser.benchmarks.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long {@code device/bin/nvme-vfu} takes from its start, in milliseconds, and how much memory an idle server has resident. Compare the
 * command line with its AOT cache, which {@code make build} makes, and without. One start is one measurement: a process has no warm-up but
 * the system's file cache.
 *
 * <p>{@link #serve} tells the resident memory of the server at that moment, in KiB, as the secondary result {@code residentKib}: heap, code, the
 * virtual machine; none of it is a medium's. JMH adds secondary results up over the iterations: divide by their number, the column Cnt.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 10)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class StartUp {
    /** Whether the launcher uses the cache that was made of an earlier run. */
    @Param({"true", "false"})
    public boolean aotCache;

    private NvmeVfu command;
    private Path folder;

    /** What the server was seen to have. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Memory {
        /** Resident memory in KiB. */
        public long residentKib;
    }

    /** Finds the launcher. */
    @Setup
    public void find() throws IOException {
        command = NvmeVfu.ofThisCheckout(aotCache);
        folder = Files.createTempDirectory("nvme-vfu-start");
    }

    /** Ends a server, which is not measured. */
    @TearDown(Level.Invocation)
    public void end() throws IOException {
        command.end();
    }

    /** Removes the folder of its socket. */
    @TearDown
    public void clean() throws IOException {
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    /** {@code nvme-vfu version}, from its start to its end: the least any command takes. */
    @Benchmark
    public void version() throws IOException {
        command.run("version");
    }

    /** {@code nvme-vfu serve}, from its start to the moment a client may attach. */
    @Benchmark
    public void serve(Memory memory) throws IOException {
        command.startUntil(
                "listening on", "serve", "--socket", folder.resolve("s").toString(), "--null", "1G");
        memory.residentKib = command.residentKib();
    }
}
