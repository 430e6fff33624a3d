package io.vfiouser.nvme;

import io.vfiouser.os.Errno;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be so, in as few words as possible: which side owns the disk, what may be refused, which commands the host waits for, and what
 * the disk holds. It knows neither controllers nor streams.
 */
final class ReferenceModel {
    /** How far the move is. */
    enum Move {
        NONE,
        PRE_COPY,
        /** The destination has a first pass. */
        STREAMED,
        /** The source stands still, the destination has everything. */
        STOPPED,
        /** The destination has agreed to it. */
        VALIDATED,
        /** The source has let go. */
        COMMITTED;

        Move next() {
            return switch (this) {
                case NONE -> PRE_COPY;
                case PRE_COPY -> STREAMED;
                case STREAMED -> STOPPED;
                case STOPPED -> VALIDATED;
                case VALIDATED -> COMMITTED;
                case COMMITTED -> NONE;
            };
        }
    }

    /** What a host asks for, one after the other. */
    enum Kind {
        WRITE,
        READ,
        FLUSH
    }

    /** A command: a Write fills its block with the stamp, a Read is to find it there. */
    record Command(Kind kind, int block, byte stamp) {}

    /** What all blocks hold at first. */
    static final byte INITIAL = 0x11;

    private final Map<Integer, Command> outstanding = new HashMap<>();
    /** Blocks that hold something else than at first. */
    private final Map<Integer, Byte> written = new HashMap<>();

    private Move move = Move.NONE;
    private int place;
    private boolean unfit;
    private boolean sourceReset;
    private int submissions;
    private Command lastWritten = new Command(Kind.WRITE, ModelMedium.BLOCKS - 1, INITIAL);

    // ---- who owns ----

    Move move() {
        return move;
    }

    /** The side where the guest is: 0 or 1. */
    int place() {
        return place;
    }

    /** Whose the disk is, or -1: from the moment the source lets go to that in which the destination runs. */
    int owner() {
        return move == Move.COMMITTED ? -1 : place;
    }

    boolean guestRuns() {
        return move.compareTo(Move.STOPPED) < 0;
    }

    /** Whether the device at {@link #place} stands still for the move: not if it was reset since. */
    boolean sourceStopped() {
        return !guestRuns() && !sourceReset;
    }

    /** Whether the move can only be called off: one of the sides has forgotten it. */
    boolean unfit() {
        return unfit;
    }

    /** With what error the next step is refused, or 0. {@code kept}: the source's back end does not let go of something. */
    int refusal(boolean kept) {
        return switch (move) {
            case NONE, STREAMED -> kept ? Errno.EBUSY : 0;
            default -> 0;
        };
    }

    void advance() {
        move = move.next();
        if (move == Move.NONE) {
            place = 1 - place;
        }
    }

    void rolledBack() {
        move = Move.NONE;
        unfit = false;
        sourceReset = false;
    }

    void destinationForgot() {
        unfit = true;
    }

    void sourceForgot() {
        unfit = move != Move.NONE;
        sourceReset = unfit;
    }

    // ---- commands and data ----

    /** The next command of the host. */
    Command next() {
        int number = submissions++;
        Kind kind = Kind.values()[number % Kind.values().length];
        return switch (kind) {
            case WRITE -> new Command(kind, number, (byte) (number + 1));
            case READ, FLUSH -> new Command(kind, lastWritten.block, lastWritten.stamp);
        };
    }

    void submitted(int id, Command command) {
        outstanding.put(id, command);
    }

    /** The command that has completed; null if none of that identifier is outstanding: it never was, or completed before. */
    @Nullable
    Command completed(int id) {
        Command command = outstanding.remove(id);
        if (command != null && command.kind == Kind.WRITE) {
            written.put(command.block, command.stamp);
            lastWritten = command;
        }
        return command;
    }

    int outstanding() {
        return outstanding.size();
    }

    /** The host is gone, or begins anew: what it waited for has happened or not, and stays so. */
    void forgetHost(ModelMedium medium) {
        for (Command command : outstanding.values()) {
            if (command.kind == Kind.WRITE && medium.holds(command.block, command.stamp)) {
                written.put(command.block, command.stamp);
            }
        }
        outstanding.clear();
    }

    /** The block of the medium that is not as it should be, or -1. While nothing is outstanding. */
    int wrongBlock(ModelMedium medium) {
        for (int block = 0; block < ModelMedium.BLOCKS; block++) {
            if (!medium.holds(block, written.getOrDefault(block, INITIAL))) {
                return block;
            }
        }
        return -1;
    }
}
