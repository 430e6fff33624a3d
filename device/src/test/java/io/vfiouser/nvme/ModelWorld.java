package io.vfiouser.nvme;

import io.vfiouser.nvme.ReferenceModel.Move;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.os.Errno;
import io.vfiouser.server.MigrationState;
import io.vfiouser.server.VfioUserErrno;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * Two servers, a guest, and somebody who moves it, all stepped by hand; and the {@link ReferenceModel} that says after each event what has to
 * be so.
 *
 * <p>A back end holds requests by turns: a {@link ModelEvent#DOORBELL} makes it hold what comes from then on if it holds nothing yet, and
 * let everything go otherwise. How it answers when it is asked to give something back changes from one time to the next, from {@link
 * Variant#first} on.
 *
 * <p>While a plain pause is on, the library serves no other message of that client: events that need one end the pause first, and have no effect
 * if the back end does not let go of the guest's memory. A guest that stands still, since its device is stopped for a move, does nothing.
 */
final class ModelWorld implements AutoCloseable {
    /** What does not change in a world. {@code first} is how the back end answers at first. */
    record Variant(StorageMode storage, ModelDisk.Answer first) {}

    /** How the end of a sequence finds a move that is under way: it is called off, or goes on to its end. */
    enum Ending {
        CANCEL,
        COMPLETE
    }

    private static final int STREAM_BYTES = 32 << 10;
    private static final int PATIENCE = 20;
    private static final BlockIdentity SHARED_IDENTITY = BlockIdentity.ofName("shared");

    /** What is dear to make, once for each thread. */
    private record Slab(ModelMemory a, ModelMemory b, MemorySegment stream) {
        private static final ThreadLocal<Slab> OF_THREAD = ThreadLocal.withInitial(
                () -> new Slab(new ModelMemory(), new ModelMemory(), MemorySegment.ofArray(new byte[STREAM_BYTES])));
    }

    private final ReferenceModel model = new ReferenceModel();
    private final List<ModelMedium> media;
    private final List<ModelSide> sides;
    private final ModelGuest guest;
    private final ModelMover mover;
    private ModelDisk.Answer answer;

    ModelWorld(Variant variant) {
        answer = variant.first;
        Slab slab = Slab.OF_THREAD.get();
        boolean shared = variant.storage == StorageMode.SHARED;
        ModelMedium first = new ModelMedium(ReferenceModel.INITIAL);
        ModelMedium second = shared ? first : new ModelMedium((byte) 0xBB);
        media = List.of(first, second);
        sides = List.of(
                new ModelSide("A", slab.a, first, identity(shared, "a"), variant.storage, false),
                new ModelSide("B", slab.b, second, identity(shared, "b"), variant.storage, true));
        guest = new ModelGuest(model, place());
        mover = new ModelMover(model, sides, guest, slab.stream);
        place().connect();
        guest.setUp(medium());
    }

    private static BlockIdentity identity(boolean shared, String own) {
        return shared ? SHARED_IDENTITY : BlockIdentity.ofName(own);
    }

    private ModelSide place() {
        return sides.get(model.place());
    }

    private ModelSide other() {
        return sides.get(1 - model.place());
    }

    private ModelMedium medium() {
        return media.get(model.place());
    }

    /** Lets something happen, waits until nothing moves any more, and checks everything. */
    void happen(ModelEvent event) {
        switch (event) {
            case QUIESCE -> quiesce();
            case DOORBELL -> doorbell();
            case FULL_CQ -> fillCompletionQueue();
            case DISCONNECT -> disconnect();
            case RESET -> reset();
            case TRANSITION -> mover.transition();
            case CANCEL -> mover.cancel();
        }
        settle();
        check();
    }

    private void settle() {
        sides.forEach(ModelSide::settle);
    }

    // ---- the guest ----

    private void quiesce() {
        if (!place().quiescing()) {
            boolean reached = place().beginQuiesce();
            require(
                    reached == !place().disk().keepsMemory(),
                    "a pause depends on what the back end does not let go of");
        } else {
            var ignored = place().endQuiesce();
        }
    }

    /** Whether the guest can do something. Setting a controller up takes messages, which are not served during a pause. */
    private boolean guestReady() {
        if (!model.guestRuns() || (!guest.up() && place().quiescing())) {
            return false;
        }
        if (!guest.up()) {
            guest.setUp(medium());
        }
        return true;
    }

    private void doorbell() {
        if (!guestReady()) {
            return;
        }
        ModelDisk disk = place().disk();
        if (disk.holding()) {
            disk.letGo();
        } else {
            disk.hold(answer);
            answer = answer.next();
        }
        guest.reap();
        guest.submit();
    }

    private void fillCompletionQueue() {
        if (guestReady()) {
            guest.fill();
        }
    }

    // ---- what clients do ----

    private void disconnect() {
        if (model.move() == Move.NONE) {
            place().disconnect();
            guest.begin();
        } else {
            other().disconnect();
            model.destinationForgot();
        }
    }

    private void reset() {
        if (model.move() == Move.COMMITTED) {
            other().reset();
            model.destinationForgot();
        } else {
            place().reset();
            guest.begin();
            model.sourceForgot();
        }
    }

    // ---- what has to be so ----

    private void check() {
        for (int i = 0; i < sides.size(); i++) {
            ModelSide side = sides.get(i);
            boolean owns = model.owner() == i;
            require(side.owner() == owns, () -> "%s owns the disk: %s".formatted(side, side.owner()));
            require(!owns || media.get(i).isOwner(side.disk()), "the owner has its medium");
            require(
                    side.disk().takeGuestRequests() == 0 || owns,
                    "requests of the guest come to the back end of who does not own the disk");
        }
        require(
                place().stopped() == model.sourceStopped(),
                () -> "the guest's device stands still: " + place().stopped());
        if (guest.up()) {
            require(
                    ControllerStatus.ready(place().bar0().read32(ControllerRegisters.CSTS)),
                    "a controller that the host has set up stays ready");
        }
        require(
                !ControllerStatus.fatal(place().bar0().read32(ControllerRegisters.CSTS)),
                "a host that does nothing wrong sees no CSTS.CFS");
    }

    /** Whether a move is under way. */
    boolean moving() {
        return model.move() != Move.NONE;
    }

    /** Brings everything to its end: everything that the host waits for has to come, and the disk to hold what it wrote. */
    void end(Ending ending) {
        if (ending == Ending.CANCEL || !place().disk().givesBack()) {
            // Otherwise what it has moves with the guest.
            place().disk().letGo();
        }
        settle();
        require(place().endQuiesce(), "a pause ends when the back end has let go");
        settle();
        if (ending == Ending.CANCEL) {
            mover.cancel();
        }
        for (int i = 0; i < PATIENCE && moving(); i++) {
            mover.transition();
            settle();
            check();
        }
        require(!moving(), "a move comes to its end if the back end lets go");
        sides.forEach(side -> side.disk().letGo());
        settle();
        check();
        if (!guest.up()) {
            guest.setUp(medium());
        }
        for (int i = 0; i < PATIENCE && model.outstanding() > 0; i++) {
            guest.reap();
            settle();
        }
        require(model.outstanding() == 0, () -> model.outstanding() + " commands never complete");
        guest.reap();
        int wrong = model.wrongBlock(medium());
        require(wrong < 0, () -> "block " + wrong + " of the disk is not what was written");
        checkWhoHasNoGuest();
        checkThatTheOwnerRefusesContent();
        check();
    }

    private void checkWhoHasNoGuest() {
        ModelSide side = other();
        require(!side.connected(), "nobody is left at the other side");
        String traces = side.bar0().traces();
        require(traces == null, () -> "left behind: " + traces);
        require(side.memory().isPoisoned(), "memory is used that is nobody's");
        side.connect();
        side.bar0().write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        require(
                ControllerStatus.fatal(side.bar0().read32(ControllerRegisters.CSTS)),
                "a side that does not own the disk refuses its hosts");
        side.disconnect();
    }

    private void checkThatTheOwnerRefusesContent() {
        place().setState(MigrationState.STOP);
        int errno = 0;
        try {
            place().setState(MigrationState.RESUME);
        } catch (VfioUserErrno e) {
            errno = e.errno();
        }
        require(errno == Errno.EINVAL, "the owner lets itself be overwritten");
        place().setState(MigrationState.RUNNING);
    }

    static void require(boolean holds, String what) {
        require(holds, () -> what);
    }

    private static void require(boolean holds, Supplier<String> what) {
        if (!holds) {
            throw new AssertionError(what.get());
        }
    }

    @Override
    public void close() {
        sides.forEach(ModelSide::close);
    }
}
