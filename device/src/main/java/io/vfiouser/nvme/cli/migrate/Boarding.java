package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestHost;
import io.vfiouser.mover.GuestMemory;

/** Goes on with guests of {@link MoveSeries} that have moved to this process: an NVMe driver with its load, or nobody. */
public final class Boarding implements GuestHost {
    /** It knows of nothing yet. */
    public Boarding() {}

    /** A guest that has arrived; its passenger is of use once it goes on. */
    public record Boarded(Passenger passenger) implements ArrivingGuest {
        @Override
        public void goOn() {
            passenger.guest().resume();
        }

        @Override
        public void discard() {
            passenger.discard();
        }
    }

    @Override
    public ArrivingGuest prepare(VfioUserClient client, GuestMemory memory, byte[] state) {
        return new Boarded(
                state.length == 0 ? Bystander.arrived(client, memory) : NvmeGuest.arrived(client, memory, state));
    }
}
