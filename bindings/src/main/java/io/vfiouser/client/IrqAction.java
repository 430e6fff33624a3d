package io.vfiouser.client;

import io.vfiouser.client.wire.IrqSetFormat;

/** What is done to interrupts, or, with eventfds, when these are signalled. */
public enum IrqAction {
    /** Hold them back. */
    MASK(IrqSetFormat.MASK),
    /** Hold them back no longer. */
    UNMASK(IrqSetFormat.UNMASK),
    /** Raise them. */
    TRIGGER(IrqSetFormat.TRIGGER);

    private final int flag;

    IrqAction(int flag) {
        this.flag = flag;
    }

    int flag() {
        return flag;
    }
}
