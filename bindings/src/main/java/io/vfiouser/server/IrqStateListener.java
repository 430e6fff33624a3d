package io.vfiouser.server;

/**
 * Hears that a client masked or unmasked vectors. Called on the context's thread, with the {@link InterruptGate} closed.
 *
 * <p>The gate itself already holds back interrupts of masked vectors and sends them when they are unmasked.
 */
@FunctionalInterface
public interface IrqStateListener {
    /**
     * The state of some vectors changed.
     *
     * @param type the kind the client named
     * @param first the first vector
     * @param count how many
     * @param masked true if they are masked now
     */
    void changed(IrqType type, int first, int count, boolean masked);
}
