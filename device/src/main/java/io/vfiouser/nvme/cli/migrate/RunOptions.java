package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.mover.MoveOptions;
import java.time.Duration;

/**
 * How often the device is moved, and what happens in between.
 *
 * @param times how many moves; each goes back where the one before came from
 * @param settle how long the guest works before the first move, and after each
 * @param move how each move is made
 */
public record RunOptions(int times, Duration settle, MoveOptions move) {
    public RunOptions {
        if (times < 1) {
            throw new IllegalArgumentException("at least one move, not " + times);
        }
    }
}
