package io.vfiouser.nvme.endurance;

import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveStep;
import java.nio.file.Path;

/** A guest and its mover in a process that ends without a word as a step begins. */
public final class VictimMover {
    /** How it ends where it was told to. */
    static final int ENDED = 86;

    private VictimMover() {}

    /** Takes the source's socket, the destination's, the journal's path, and the step. */
    public static void main(String[] arguments) {
        Path source = Path.of(arguments[0]);
        BreakAt end = new BreakAt(
                MoveStep.valueOf(arguments[3]), () -> Runtime.getRuntime().halt(ENDED));
        try (JournalledGuest guest = JournalledGuest.start(source, Path.of(arguments[2]))) {
            guest.awaitFlushes();
            MoveReport report = guest.move(source, Path.of(arguments[1]), end);
            System.err.println("the move did not come to " + arguments[3] + ": " + report);
        }
    }
}
