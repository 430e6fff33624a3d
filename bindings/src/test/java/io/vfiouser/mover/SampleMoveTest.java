package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.PciRegions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** libvfio-user's own sample device, which this project did not write, moves from one process to another. */
@Timeout(60)
class SampleMoveTest {
    private static final int BAR1_BYTES = 0x3000;

    @TempDir
    Path folder;

    /** A running sample program. */
    private record Sample(Process process, Path socket, Path output) implements AutoCloseable {
        static Sample start(Path folder, String name) throws Exception {
            Path program = Path.of(System.getProperty("vfiouser.test.native.dir", "native"), "samples", "server");
            assertThat(program).isExecutable();
            Path output = folder.resolve(name + ".out");
            Path socket = folder.resolve(name);
            Process process = new ProcessBuilder(program.toString(), socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new Sample(process, socket, output);
        }

        VfioUserClient connect() {
            ClientOptions options = ClientOptions.defaults().withTimeout(Duration.ofSeconds(5));
            long start = System.nanoTime();
            while (true) {
                try {
                    return VfioUserClient.connect(socket, options);
                } catch (VfioUserException e) {
                    boolean ended = !process.isAlive();
                    assumeThat(printed())
                            .as("libvfio-user's sample server does not start on this libvfio-user")
                            .doesNotContain("must be a power of 2");
                    if (ended
                            || System.nanoTime() - start
                                    > Duration.ofSeconds(10).toNanos()) {
                        throw new AssertionError("cannot connect; the server printed: " + printed(), e);
                    }
                    LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                }
            }
        }

        private String printed() {
            try {
                return Files.readString(output);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void itKeepsWhatItsRegistersHold() throws Exception {
        try (Sample source = Sample.start(folder, "a");
                Sample destination = Sample.start(folder, "b");
                VfioUserClient client = source.connect();
                Arena arena = Arena.ofConfined();
                GuestMemory memory = GuestMemory.create(List.of(
                        new GuestRegion(0, 4096, Protection.READ_WRITE),
                        new GuestRegion(4096, 4096, Protection.READ_WRITE)))) {
            memory.mapInto(client);
            memory.segment(1).set(ValueLayout.JAVA_LONG, 8, 4711);
            MemorySegment bar1 = arena.allocate(BAR1_BYTES);
            for (int i = 0; i < BAR1_BYTES; i++) {
                bar1.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 7) >> 2));
            }
            client.writeRegion(PciRegions.BAR1, 0, bar1);
            // When the sample runs it sets an alarm for this moment, which has to lie in the future.
            client.writeRegion64(PciRegions.BAR0, 0, Instant.now().getEpochSecond() + 1000);

            // Over messages the sample takes its memory once, so the state it gives out in pre-copy is one too many.
            PreCopy preCopy = client.migration().protocol() == MigrationClient.Protocol.REGISTERS
                    ? PreCopy.MEMORY_AND_STATE
                    : PreCopy.MEMORY;
            VfioUserClient[] moved = new VfioUserClient[1];
            MoveReport report = new DeviceMove(
                            client,
                            MoveTarget.local(() -> moved[0] = destination.connect()),
                            Guest.none(),
                            memory,
                            MoveOptions.defaults().withPreCopy(preCopy),
                            StepListener.NONE)
                    .run();

            assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
            assertThat(client.connected()).isFalse();
            try (VfioUserClient to = moved[0]) {
                MemorySegment found = arena.allocate(BAR1_BYTES);
                to.readRegion(PciRegions.BAR1, 0, found);
                assertThat(found.mismatch(bar1)).isEqualTo(-1);
            }
            assertThat(memory.segment(1).get(ValueLayout.JAVA_LONG, 8)).isEqualTo(4711);
        }
    }
}
