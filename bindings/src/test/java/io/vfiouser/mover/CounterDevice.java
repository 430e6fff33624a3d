package io.vfiouser.mover;

import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.os.Errno;
import io.vfiouser.server.ContextRunner;
import io.vfiouser.server.DeviceContext;
import io.vfiouser.server.DmaListener;
import io.vfiouser.server.DmaRegion;
import io.vfiouser.server.MigrationHandler;
import io.vfiouser.server.MigrationState;
import io.vfiouser.server.RegionAccess;
import io.vfiouser.server.RegionIndex;
import io.vfiouser.server.RegionSpec;
import io.vfiouser.server.VfioUserErrno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A device that counts: a write of n to its only register increments its counter n, and writes it to guest memory at {@code IOVA + n * 4096}.
 * Its state is a stream of records (number, value), the last one being (-1, sum), which is checked before it is taken.
 *
 * <p>It knows whether it is the one the guest's state belongs to: it lets go when it is stopped after its whole stream was read, and takes a
 * state only while it has none.
 */
final class CounterDevice implements MigrationHandler, RegionAccess, AutoCloseable {
    static final long IOVA = 0x10_0000;
    static final int COUNTERS = 64;
    private static final int RECORD_BYTES = 16;
    private static final int BAR_BYTES = 4096;

    final List<String> transitions = new CopyOnWriteArrayList<>();
    final Path socket;
    private final ContextRunner runner;
    private final long[] counters = new long[COUNTERS];
    private final boolean[] changed = new boolean[COUNTERS];
    private ByteBuffer outgoing = records(0);
    private ByteBuffer partial = records(1);
    private long incomingSum;
    private boolean incomingEnded;
    private boolean wholeStreamRead;
    private boolean letGo;
    volatile MigrationState state = MigrationState.RUNNING;
    volatile boolean owner;

    /** A state to refuse to enter; null for none. */
    volatile MigrationState refused;

    /** How often it is too busy to enter {@link #busyFor}. */
    final java.util.concurrent.atomic.AtomicInteger busy = new java.util.concurrent.atomic.AtomicInteger();

    volatile MigrationState busyFor = MigrationState.PRE_COPY;

    /** Run on the context's thread just after a state was entered. */
    volatile java.util.function.Consumer<MigrationState> entered = entering -> {};

    /** How many records of padding PRE_COPY gives out in each pass. */
    volatile int chatter;

    private CounterDevice(Path folder, String name, boolean owner, VfioUserLibrary library) {
        this.owner = owner;
        this.socket = folder.resolve(name);
        this.runner = new ContextRunner(DeviceContext.builder(socket)
                        .library(library)
                        .region(
                                RegionIndex.BAR0,
                                RegionSpec.memory(BAR_BYTES).access(this).build())
                        .dma(new NoDmaListener())
                        .reset(reason -> powerOn())
                        .migration(this)
                        .migrationWindow(BAR_BYTES)
                        .clientTimeout(Duration.ofSeconds(2))
                        .build())
                .start();
    }

    static CounterDevice owner(Path folder, String name) {
        return new CounterDevice(folder, name, true, VfioUserLibrary.load());
    }

    static CounterDevice empty(Path folder, String name) {
        return new CounterDevice(folder, name, false, VfioUserLibrary.load());
    }

    static CounterDevice of(Path folder, String name, boolean owner, VfioUserLibrary library) {
        return new CounterDevice(folder, name, owner, library);
    }

    VfioUserClient connect() {
        return VfioUserClient.connect(socket, ClientOptions.defaults().withTimeout(Duration.ofSeconds(5)));
    }

    /** Ends the connection from the server's side; safe on any thread. */
    void hangUp() {
        runner.context().disconnect();
    }

    long counter(int number) {
        return counters[number];
    }

    private static ByteBuffer records(int count) {
        return ByteBuffer.allocate(count * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void powerOn() {
        java.util.Arrays.fill(counters, 0);
        state = MigrationState.RUNNING;
        forgetStreams();
    }

    private void forgetStreams() {
        outgoing = records(0);
        partial = records(1);
        incomingSum = 0;
        letGo = false;
        incomingEnded = false;
        wholeStreamRead = false;
    }

    @Override
    public void read(long offset, MemorySegment into) {
        into.fill((byte) 0);
    }

    @Override
    public void write(long offset, MemorySegment from) {
        if (!state.runs() || from.byteSize() != Integer.BYTES) {
            throw new VfioUserErrno(Errno.EINVAL, "not while it is stopped");
        }
        int number = Math.floorMod(from.get(ValueLayout.JAVA_INT_UNALIGNED, 0), COUNTERS);
        counters[number]++;
        changed[number] = true;
        ByteBuffer value = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        value.putLong(0, counters[number]);
        runner.context().writeGuest(IOVA + number * 4096L, MemorySegment.ofBuffer(value));
    }

    @Override
    public void transition(MigrationState from, MigrationState to) {
        if (to == refused) {
            throw new VfioUserErrno(Errno.EIO, "told to refuse");
        }
        if (to == busyFor && busy.get() > 0) {
            busy.decrementAndGet();
            throw new VfioUserErrno(Errno.EBUSY, "told to be busy");
        }
        if (to == MigrationState.RESUME && owner) {
            throw new VfioUserErrno(Errno.EPERM, "it has a state already");
        }
        if (from == MigrationState.RESUME && to == MigrationState.STOP && !incomingEnded) {
            throw new VfioUserErrno(Errno.EINVAL, "the stream is not complete");
        }
        if (from == MigrationState.STOP_AND_COPY && to == MigrationState.STOP && wholeStreamRead) {
            owner = false;
            letGo = true;
        }
        if (from == MigrationState.STOP && to == MigrationState.RUNNING && (incomingEnded || letGo)) {
            owner = true;
            letGo = false;
        }
        if (to == MigrationState.PRE_COPY || to == MigrationState.STOP_AND_COPY || to == MigrationState.RESUME) {
            boolean goesOn = from == MigrationState.PRE_COPY;
            if (!goesOn) {
                forgetStreams();
                java.util.Arrays.fill(changed, true);
            }
        }
        if (to == MigrationState.STOP_AND_COPY) {
            appendChanged();
            long sum = 0;
            for (long counter : counters) {
                sum += counter;
            }
            append(-1, sum);
        } else if (to == MigrationState.PRE_COPY) {
            appendChanged();
        }
        transitions.add(from + "-" + to);
        state = to;
        entered.accept(to);
    }

    private void appendChanged() {
        for (int i = 0; i < COUNTERS; i++) {
            if (changed[i]) {
                changed[i] = false;
                append(i, counters[i]);
            }
        }
    }

    private void append(long number, long value) {
        ByteBuffer longer = records(outgoing.remaining() / RECORD_BYTES + 2);
        longer.put(outgoing).putLong(number).putLong(value).flip();
        outgoing = longer;
    }

    @Override
    public long read(MemorySegment into) {
        int count = (int) Math.min(into.byteSize(), outgoing.remaining());
        MemorySegment.copy(MemorySegment.ofBuffer(outgoing), 0, into, 0, count);
        outgoing.position(outgoing.position() + count);
        if (state == MigrationState.PRE_COPY && count < into.byteSize()) {
            // What the next pass has to say.
            appendChanged();
            for (int i = 0; i < chatter; i++) {
                append(0, counters[0]);
            }
        }
        wholeStreamRead = state == MigrationState.STOP_AND_COPY && !outgoing.hasRemaining();
        return count;
    }

    @Override
    public void write(MemorySegment from) {
        for (byte next : from.toArray(ValueLayout.JAVA_BYTE)) {
            partial.put(next);
            if (!partial.hasRemaining()) {
                take(partial.getLong(0), partial.getLong(Long.BYTES));
                partial.clear();
            }
        }
    }

    private void take(long number, long value) {
        if (number >= 0 && number < COUNTERS && !incomingEnded) {
            incomingSum += value - counters[(int) number];
            counters[(int) number] = value;
        } else if (number == -1 && value == incomingSum) {
            incomingEnded = true;
        } else {
            throw new VfioUserErrno(Errno.EINVAL, "a wrong record");
        }
    }

    @Override
    public void close() {
        runner.close();
    }

    /** Memory is accessed through the context only. */
    private static final class NoDmaListener implements DmaListener {
        @Override
        public void registered(DmaRegion region) {}

        @Override
        public void unregistered(DmaRegion region) {}
    }

    static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("vfm");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
