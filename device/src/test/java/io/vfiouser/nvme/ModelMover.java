package io.vfiouser.nvme;

import static io.vfiouser.nvme.ModelWorld.require;

import io.vfiouser.nvme.ReferenceModel.Move;
import io.vfiouser.server.MigrationState;
import io.vfiouser.server.VfioUserErrno;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Who moves the guest from one side to the other, step by step, in the order that a mover has to keep. */
final class ModelMover {
    private final ReferenceModel model;
    private final List<ModelSide> sides;
    private final ModelGuest guest;
    private final MemorySegment stream;
    private long writesAtStop;

    /** @param stream room for a part of the stream */
    ModelMover(ReferenceModel model, List<ModelSide> sides, ModelGuest guest, MemorySegment stream) {
        this.model = model;
        this.sides = sides;
        this.guest = guest;
        this.stream = stream;
    }

    private ModelSide place() {
        return sides.get(model.place());
    }

    private ModelSide other() {
        return sides.get(1 - model.place());
    }

    /** The next step; what rolls back if that is all that is left to do. */
    void transition() {
        if (model.unfit()) {
            cancel();
            return;
        }
        if (!place().endQuiesce()) {
            return;
        }
        int expected = model.refusal(place().disk().keepsAnything());
        MigrationState before = place().state();
        int errno = 0;
        try {
            step(model.move().next());
        } catch (VfioUserErrno e) {
            errno = e.errno();
        }
        if (errno != expected) {
            throw new AssertionError(
                    "the step after %s ends with error %d instead of %d".formatted(model.move(), errno, expected));
        }
        if (errno == 0) {
            ModelSide source = place();
            model.advance();
            if (model.move() == Move.NONE) {
                guest.moveTo(place());
                source.disconnect();
            }
        } else {
            require(place().state() == before, "a refused transition changes nothing");
        }
    }

    private void step(Move to) {
        switch (to) {
            case PRE_COPY -> place().setState(MigrationState.PRE_COPY);
            case STREAMED -> {
                // In the order of a mover, which has the destination ready before it sends.
                other().connect();
                place().memory().copyAll(other().memory());
                guest.pagesCopied();
                other().setState(MigrationState.STOP);
                other().setState(MigrationState.RESUME);
                passOn();
            }
            case STOPPED -> {
                guest.submitAtLast();
                place().setState(MigrationState.STOP_AND_COPY);
                passOn();
                place().memory().copyRest(other().memory(), guest.writtenPages());
                writesAtStop = place().memory().writes();
            }
            case VALIDATED -> other().setState(MigrationState.STOP);
            case COMMITTED -> place().setState(MigrationState.STOP);
            case NONE -> {
                require(writesAtStop == place().memory().writes(), "a device that stands still writes nothing");
                other().setState(MigrationState.RUNNING);
            }
        }
    }

    private void passOn() {
        long count;
        do {
            count = place().read(stream);
            other().write(stream.asSlice(0, count));
        } while (count == stream.byteSize());
    }

    /** What a mover does to roll back: the destination loses its client, the source goes on. */
    void cancel() {
        if (model.move() == Move.NONE || !place().endQuiesce()) {
            return;
        }
        other().disconnect();
        if (place().state() == MigrationState.STOP_AND_COPY) {
            place().setState(MigrationState.STOP);
        }
        if (place().state() != MigrationState.RUNNING) {
            place().setState(MigrationState.RUNNING);
        }
        model.rolledBack();
    }
}
