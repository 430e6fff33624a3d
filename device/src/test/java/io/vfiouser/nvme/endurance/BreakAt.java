package io.vfiouser.nvme.endurance;

import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.StepListener;

/** Breaks something as a step of a move begins. A move that is to break in its roll-back is made to roll back. */
final class BreakAt implements StepListener {
    private final MoveStep step;
    private final Runnable fault;
    private boolean broken;

    BreakAt(MoveStep step, Runnable fault) {
        this.step = step;
        this.fault = fault;
    }

    boolean broken() {
        return broken;
    }

    @Override
    public void before(MoveStep now) {
        if (now == step) {
            broken = true;
            fault.run();
        } else if (now == MoveStep.VALIDATE && step == MoveStep.ROLL_BACK) {
            throw new IllegalStateException("this move is to be rolled back");
        }
    }
}
