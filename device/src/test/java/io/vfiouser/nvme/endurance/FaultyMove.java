package io.vfiouser.nvme.endurance;

import io.vfiouser.client.DirtyLog;
import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.DeviceMove;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.mover.GuestRegion;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.MoveTarget;
import io.vfiouser.mover.PreCopy;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.Frame;
import io.vfiouser.nvme.migration.StreamReader;
import io.vfiouser.nvme.migration.StreamWriter;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One move of a driver's device in which something goes wrong. Between the steps of the real mover this reads the whole stream in its place and
 * passes a changed one on, and takes the device's marks in its place and hands on all but one.
 */
final class FaultyMove implements StepListener {
    private static final MoveOptions OPTIONS = MoveOptions.defaults().withPreCopy(PreCopy.MEMORY);
    private static final int PIECE_BYTES = 64 << 10;

    private final NvmeDriver driver;
    private final Path destination;
    private final MoveFault fault;
    private Optional<VfioUserClient> connected = Optional.empty();
    private Optional<Long> forgotten = Optional.empty();
    /** What the forgotten page has at the source. */
    private byte[] forgottenContent = {};

    private boolean injected;

    FaultyMove(NvmeDriver driver, Path destination, MoveFault fault) {
        this.driver = driver;
        this.destination = destination;
        this.fault = fault;
    }

    MoveReport run() {
        return new DeviceMove(
                        driver.client(),
                        MoveTarget.local(this::connect),
                        driver.guest(),
                        driver.guestMemory(),
                        OPTIONS,
                        this)
                .run();
    }

    /** Whether there was something to do wrong, and it was. */
    boolean injected() {
        return injected;
    }

    private VfioUserClient connect() {
        VfioUserClient client = VfioUserClient.connect(destination);
        connected = Optional.of(client);
        return client;
    }

    @Override
    public void before(MoveStep step) {
        if (step == MoveStep.LAST_STREAM) {
            MigrationClient to = connected.orElseThrow().migration();
            to.write(MemorySegment.ofArray(changed(readStream())));
        } else if (step == MoveStep.LAST_MEMORY) {
            passMarks();
        }
    }

    /** Nothing was done wrong to a page that arrived all the same: the guest wrote there too, or the same was there before. */
    @Override
    public void after(MoveStep step) {
        if (step == MoveStep.SWITCH && injected && forgotten.isPresent()) {
            injected = !Arrays.equals(forgottenContent, page(forgotten.get()));
        }
    }

    private byte[] page(long address) {
        long start = address & -GuestRegion.PAGE_BYTES;
        return driver.guestMemory().at(start, GuestRegion.PAGE_BYTES).toArray(ValueLayout.JAVA_BYTE);
    }

    // ---- the state ----

    private byte[] readStream() {
        MigrationClient from = driver.client().migration();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MemorySegment piece = MemorySegment.ofArray(new byte[PIECE_BYTES]);
        for (int count = from.read(piece); count > 0; count = from.read(piece)) {
            all.writeBytes(piece.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        }
        return all.toByteArray();
    }

    private byte[] changed(byte[] stream) {
        List<Frame> frames = new ArrayList<>();
        StreamReader reader = new StreamReader(frame -> frames.add(kept(frame)));
        reader.write(MemorySegment.ofArray(stream));
        reader.finish();
        Iterator<Frame> next = frames.stream().map(this::changed).toList().iterator();
        StreamWriter writer = new StreamWriter(() -> next.hasNext() ? next.next() : null);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MemorySegment piece = MemorySegment.ofArray(new byte[PIECE_BYTES]);
        while (!writer.ended()) {
            all.writeBytes(piece.asSlice(0, writer.read(piece)).toArray(ValueLayout.JAVA_BYTE));
        }
        return all.toByteArray();
    }

    private static Frame kept(Frame frame) {
        return frame instanceof Frame.Data(int namespace, long first, MemorySegment data)
                ? new Frame.Data(namespace, first, Bytes.of(data).segment())
                : frame;
    }

    private Frame changed(Frame frame) {
        if (!(frame instanceof Frame.Controller(ControllerState state))) {
            return frame;
        }
        GuestRings rings = new GuestRings(state, driver.guestMemory());
        forgotten = fault.forgets(rings);
        Optional<ControllerState> wrong = fault.changes(state, rings);
        injected = wrong.isPresent();
        return new Frame.Controller(wrong.orElse(state));
    }

    // ---- the marks ----

    private void passMarks() {
        GuestMemory memory = driver.guestMemory();
        DirtyLog log = driver.client().dirtyLog();
        for (GuestRegion region : memory.regions()) {
            BitSet marks = log.report(region.iova(), region.lengthBytes());
            forgotten.ifPresent(address -> {
                int page = Math.toIntExact((address - region.iova()) / log.pageBytes());
                injected = marks.get(page);
                forgottenContent = page(address);
                marks.clear(page);
            });
            marks.stream().forEach(page -> memory.markWritten(region.iova() + page * log.pageBytes(), log.pageBytes()));
        }
    }
}
