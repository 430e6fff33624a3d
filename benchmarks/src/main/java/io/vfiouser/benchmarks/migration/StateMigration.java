package io.vfiouser.benchmarks.migration;

import io.vfiouser.benchmarks.device.CommandStream;
import io.vfiouser.benchmarks.device.LocalGuestRam;
import io.vfiouser.benchmarks.device.Medium;
import io.vfiouser.benchmarks.device.Operation;
import io.vfiouser.benchmarks.device.Pointer;
import io.vfiouser.benchmarks.device.SteppedController;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.StateCodec;
import io.vfiouser.nvme.migration.StorageMode;
import java.lang.foreign.MemorySegment;
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
 * What the parts of a move cost that happen while the guest stands still and depend on the number of its queues, in microseconds: saving the
 * controller's state, encoding it, decoding it, restoring it. {@link #encode} tells the size as well, in bytes, as the secondary result
 * {@code stateBytes}. Compare the rows: the cost should grow by a constant per queue pair, and the size by 48 bytes.
 *
 * <p>JMH adds secondary results up over the iterations of all forks: the size is {@code stateBytes} divided by their number.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms64m", "-Xmx512m"})
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class StateMigration {
    private static final long GUEST_BYTES = 4L << 20;

    /** I/O queue pairs. */
    @Param({"1", "4", "64"})
    public int queues;

    private SteppedController source;
    private SteppedController destination;
    private ControllerState state;
    private MemorySegment encoded;

    /** The size of the state. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Size {
        /** Bytes of the encoded state. */
        public long stateBytes;
    }

    /** Uses every queue of a controller, stops it, and makes another one ready. */
    @Setup
    public void start() {
        source = new SteppedController(Medium.NULL.open(), LocalGuestRam.ofSize(GUEST_BYTES), queues);
        CommandStream commands = new CommandStream(source, Operation.READ, 4096, Pointer.PRP);
        for (int id = 1; id <= queues; id++) {
            commands.put(source.ring(id));
            source.ring(id).ring();
            source.complete(source.ring(id), 1);
        }
        source.stop();
        state = source.controller().save(PciState.NONE);
        encoded = MemorySegment.ofArray(StateCodec.encode(state));
        destination = SteppedController.untouched(Medium.NULL.open(), LocalGuestRam.ofSize(GUEST_BYTES));
        destination.stop();
    }

    /** What {@link #restore} has made of the destination is undone, which is not measured. */
    @TearDown(Level.Invocation)
    public void forget() {
        destination.controller().reset();
    }

    /** Closes both. */
    @TearDown
    public void stop() {
        destination.close();
        source.close();
    }

    /** Takes the state of a stopped controller. */
    @Benchmark
    public ControllerState save() {
        return source.controller().save(PciState.NONE);
    }

    /** Encodes it. */
    @Benchmark
    public byte[] encode(Size size) {
        byte[] bytes = StateCodec.encode(state);
        size.stateBytes = bytes.length;
        return bytes;
    }

    /** Decodes it, every length and checksum checked. */
    @Benchmark
    public ControllerState decode() {
        return StateCodec.decode(encoded);
    }

    /** Validates it and makes another controller of it. */
    @Benchmark
    public void restore() {
        destination.controller().restore(state, StorageMode.COPY);
    }
}
