package io.vfiouser.server;

/** Resets the device. Called on the context's thread, after the device was quiesced. */
@FunctionalInterface
public interface ResetHandler {
    /**
     * Brings the device to the state it has after power-on, with no use of interrupts or guest memory left.
     *
     * @throws VfioUserErrno to fail a {@link ResetReason#DEVICE} or {@link ResetReason#PCI_FLR} reset with that error number;
     *     a lost connection cannot be refused
     */
    void reset(ResetReason reason);
}
