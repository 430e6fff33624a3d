package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.StorageMode;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** The transport of a host that is moved from one controller to another: with its memory, and without its knowing. */
public final class MovingHost implements HostTransport {
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private InMemoryGuest place;
    private UnaryOperator<ControllerState> onTheWay = UnaryOperator.identity();

    public MovingHost(InMemoryGuest place) {
        this.place = place;
    }

    /** Where it is. */
    public InMemoryGuest place() {
        return place;
    }

    /** What becomes of a state while it travels. */
    public void onTheWay(UnaryOperator<ControllerState> change) {
        onTheWay = change;
    }

    /** Stops the controller and returns its state; the host's memory is as it was then. */
    public ControllerState stop() {
        NvmeController controller = place.controller();
        controller.pause(true);
        stepUntil(place, () -> controller.paused() && controller.stoppable().isEmpty());
        return controller.save(PciState.NONE);
    }

    /** Goes on at another place, which no host has enabled. The one before stays stopped. */
    public void move(InMemoryGuest to) {
        arrive(to, stop());
        to.controller().resume();
    }

    /** As {@link #move}, but the controller does not go on yet. */
    public void arrive(InMemoryGuest to, ControllerState state) {
        ControllerState arrived = onTheWay.apply(state);
        makeReady(to);
        to.memory().copyFrom(place.memory());
        place.controller().reset();
        place = to;
        to.controller().restore(arrived, StorageMode.COPY);
    }

    /** Pauses a controller that has no host. */
    public static void makeReady(InMemoryGuest guest) {
        guest.controller().pause(true);
        stepUntil(guest, guest.controller()::paused);
    }

    /** Commands have a moment of real time to complete before they are taken back. */
    private static void stepUntil(InMemoryGuest guest, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            guest.step();
        }
    }

    @Override
    public int read32(int register) {
        return place.read32(register);
    }

    @Override
    public long read64(int register) {
        return place.read64(register);
    }

    @Override
    public void write32(int register, int value) {
        place.write32(register, value);
    }

    @Override
    public void write64(int register, long value) {
        place.write64(register, value);
    }

    @Override
    public void doorbell(int offset, int value) {
        place.doorbell(offset, value);
    }

    @Override
    public MemorySegment memory() {
        return place.memory();
    }

    @Override
    public long iova() {
        return place.iova();
    }

    @Override
    public void progress() {
        place.progress();
    }
}
