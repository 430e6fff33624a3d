package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;

/** Makes a guest that goes on in this process of what {@link Guest#save} gave in another. */
@FunctionalInterface
public interface GuestHost {
    /**
     * Makes the guest, which stands still for now. The device is taking its state (RESUMING): no register may be touched. Eventfds are to be
     * handed over and doorbells mapped now.
     *
     * @param client the destination's; the guest's from now on, but closed by others if the move comes to nothing
     * @param memory complete; of the receiver
     * @param state from another process, and to be trusted as little as anything from there
     * @throws RuntimeException if there is no such guest; the move is refused then, with its message
     */
    ArrivingGuest prepare(VfioUserClient client, GuestMemory memory, byte[] state);

    /** A guest made by {@link #prepare}. One of its two methods is called, once. */
    interface ArrivingGuest {
        /** The device runs here: the guest goes on. Must not fail. */
        void goOn();

        /** The guest goes on elsewhere, and never here. Must not touch the device. */
        void discard();
    }

    /** Nobody uses the device. Takes a guest without state only. */
    static GuestHost nobody() {
        return (client, memory, state) -> {
            if (state.length > 0) {
                throw new IllegalArgumentException("the guest has a state of " + state.length
                        + " bytes, and nobody at the destination knows how to go on with it");
            }
            return new ArrivingGuest() {
                @Override
                public void goOn() {}

                @Override
                public void discard() {}
            };
        };
    }
}
