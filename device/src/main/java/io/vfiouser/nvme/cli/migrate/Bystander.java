package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Guest;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.mover.GuestRegion;
import io.vfiouser.os.Protection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Nobody uses the device: it only has memory, which moves with it. For any vfio-user device. */
public final class Bystander implements Passenger {
    /** Where the memory begins for the device. */
    private static final long IOVA = 1L << 32;

    private final GuestMemory memory;
    private final OwnerOfClient guest;
    private final long origin = System.nanoTime();

    private Bystander(VfioUserClient client, GuestMemory memory) {
        this.guest = new OwnerOfClient(client);
        this.memory = memory;
    }

    /**
     * Gives a device memory.
     *
     * @param client closed with this, or if that fails
     * @param memoryBytes whole pages
     */
    public static Bystander at(VfioUserClient client, long memoryBytes) {
        GuestMemory memory = null;
        try {
            memory = GuestMemory.create(List.of(new GuestRegion(IOVA, memoryBytes, Protection.READ_WRITE)));
            memory.mapInto(client);
            return new Bystander(client, memory);
        } catch (RuntimeException e) {
            client.close();
            if (memory != null) {
                memory.close();
            }
            throw e;
        }
    }

    /** Nobody, at a device that has moved here from another process; client and memory stay their owner's. */
    static Bystander arrived(VfioUserClient client, GuestMemory memory) {
        return new Bystander(client, memory);
    }

    @Override
    public void discard() {}

    @Override
    public VfioUserClient client() {
        return guest.client;
    }

    @Override
    public Guest guest() {
        return guest;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public String device() {
        return "vfio-user device with " + guest.client.deviceInfo().regionCount() + " regions";
    }

    @Override
    public String load() {
        return "";
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.empty();
    }

    @Override
    public void check() {}

    @Override
    public long originNanoTime() {
        return origin;
    }

    @Override
    public Optional<Verification> finish() {
        return Optional.empty();
    }

    @Override
    public List<Sample> samples() {
        return List.of();
    }

    @Override
    public List<Gap> gaps() {
        return List.of();
    }

    @Override
    public void close() {
        guest.client.close();
        memory.close();
    }

    /** Remembers where the device went. */
    private static final class OwnerOfClient implements Guest {
        private final Lock lock = new ReentrantLock();
        private VfioUserClient client;

        OwnerOfClient(VfioUserClient client) {
            this.client = client;
        }

        @Override
        public Lock clientLock() {
            return lock;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void switchTo(VfioUserClient destination) {
            client = destination;
        }
    }
}
