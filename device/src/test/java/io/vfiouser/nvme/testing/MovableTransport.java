package io.vfiouser.nvme.testing;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.PciRegions;
import io.vfiouser.client.RegionInfo;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A host whose controller is moved from one server to another, message by message as a test wants it. Both sides have the same memory: what
 * is looked at here is the controller.
 */
public final class MovableTransport implements HostTransport, AutoCloseable {
    private static final int PIECE_BYTES = 64 << 10;

    private final MemFd file = MemFd.create("guest", ClientTransport.MEMORY_BYTES);
    private final Mapping memory = file.map(Protection.READ_WRITE);
    private Side side;

    /** One server, and what of it is mapped here. */
    public final class Side implements AutoCloseable {
        private final VfioUserClient client;
        private final @Nullable Mapping doorbells;

        private Side(Path socket) {
            client = VfioUserClient.connect(socket);
            RegionInfo bar0 = client.regionInfo(PciRegions.BAR0);
            doorbells = bar0.areas().isEmpty()
                    ? null
                    : client.mapRegion(PciRegions.BAR0, bar0.areas().getFirst());
            client.mapDma(ClientTransport.IOVA, ClientTransport.MEMORY_BYTES, file.fd(), 0, Protection.READ_WRITE);
        }

        public VfioUserClient client() {
            return client;
        }

        public MigrationClient migration() {
            return client.migration();
        }

        /** Reads the stream until there is nothing more, for now or for ever. */
        public byte[] readState() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            MemorySegment piece = MemorySegment.ofArray(new byte[PIECE_BYTES]);
            int count;
            do {
                count = migration().read(piece);
                all.writeBytes(piece.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            } while (count > 0
                    && (count == PIECE_BYTES || migration().protocol() == MigrationClient.Protocol.REGISTERS));
            return all.toByteArray();
        }

        public void writeState(byte[] state) {
            migration().write(MemorySegment.ofArray(state));
        }

        @Override
        public void close() {
            client.close();
            if (doorbells != null) {
                doorbells.close();
            }
        }
    }

    public MovableTransport(Path socket) {
        side = new Side(socket);
    }

    /** Where the controller is now. */
    public Side side() {
        return side;
    }

    /** Attaches to another server, which the host does not use yet. */
    public Side attach(Path socket) {
        return new Side(socket);
    }

    /** From now on the host uses that server; the one before is detached. */
    public void use(Side now) {
        Side before = side;
        side = now;
        before.close();
    }

    /** Moves the controller, stopped all the while. */
    public void moveTo(Path socket) {
        Side destination = attach(socket);
        side.migration().setState(MigrationState.STOP_COPY);
        byte[] state = side.readState();
        handOver(destination, state);
    }

    /** What follows once the source's whole stream was read, in the order that lets nobody have two owners. */
    public void handOver(Side destination, byte[] state) {
        MigrationClient to = destination.migration();
        to.setState(MigrationState.RESUMING);
        destination.writeState(state);
        if (to.protocol() == MigrationClient.Protocol.MESSAGES) {
            to.setState(MigrationState.STOP);
        }
        side.migration().setState(MigrationState.STOP);
        to.setState(MigrationState.RUNNING);
        use(destination);
    }

    @Override
    public int read32(int register) {
        return side.client.readRegion32(PciRegions.BAR0, register);
    }

    @Override
    public long read64(int register) {
        return side.client.readRegion64(PciRegions.BAR0, register);
    }

    @Override
    public void write32(int register, int value) {
        side.client.writeRegion32(PciRegions.BAR0, register, value);
    }

    @Override
    public void write64(int register, long value) {
        side.client.writeRegion64(PciRegions.BAR0, register, value);
    }

    @Override
    public void doorbell(int offset, int value) {
        Mapping mapped = side.doorbells;
        if (mapped != null) {
            LittleEndian.putU32Release(mapped.segment(), offset - ControllerRegisters.DOORBELLS, value);
        } else {
            write32(offset, value);
        }
    }

    @Override
    public MemorySegment memory() {
        return memory.segment();
    }

    @Override
    public long iova() {
        return ClientTransport.IOVA;
    }

    @Override
    public void progress() {
        Thread.onSpinWait();
    }

    @Override
    public void close() {
        side.close();
        memory.close();
        file.close();
    }
}
