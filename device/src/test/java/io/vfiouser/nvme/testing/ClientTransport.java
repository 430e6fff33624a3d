package io.vfiouser.nvme.testing;

import io.vfiouser.client.PciRegions;
import io.vfiouser.client.RegionInfo;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/** A host at the other end of a socket: registers by messages, doorbells by messages or by the mapped page. */
public final class ClientTransport implements HostTransport, AutoCloseable {
    public static final long MEMORY_BYTES = 8L << 20;
    public static final long IOVA = 0x4000_0000L;

    private final VfioUserClient client;
    private final MemFd file;
    private final Mapping memory;
    private final Optional<Mapping> doorbells;

    public ClientTransport(Path socket) {
        this(socket, MEMORY_BYTES);
    }

    /** With a guest that has this much memory. */
    public ClientTransport(Path socket, long memoryBytes) {
        client = VfioUserClient.connect(socket);
        file = MemFd.create("guest", memoryBytes);
        memory = file.map(Protection.READ_WRITE);
        RegionInfo bar0 = client.regionInfo(PciRegions.BAR0);
        doorbells = bar0.areas().isEmpty()
                ? Optional.empty()
                : Optional.of(client.mapRegion(PciRegions.BAR0, bar0.areas().getFirst()));
        client.mapDma(IOVA, memoryBytes, file.fd(), 0, Protection.READ_WRITE);
    }

    public VfioUserClient client() {
        return client;
    }

    public MemFd file() {
        return file;
    }

    public boolean doorbellsAreMapped() {
        return doorbells.isPresent();
    }

    @Override
    public int read32(int register) {
        return client.readRegion32(PciRegions.BAR0, register);
    }

    @Override
    public long read64(int register) {
        return client.readRegion64(PciRegions.BAR0, register);
    }

    @Override
    public void write32(int register, int value) {
        client.writeRegion32(PciRegions.BAR0, register, value);
    }

    @Override
    public void write64(int register, long value) {
        client.writeRegion64(PciRegions.BAR0, register, value);
    }

    @Override
    public void doorbell(int offset, int value) {
        if (doorbells.isPresent()) {
            LittleEndian.putU32Release(doorbells.get().segment(), offset - ControllerRegisters.DOORBELLS, value);
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
        return IOVA;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // no condition depends on it; the other side may want this processor
    public void progress() {
        Thread.yield();
    }

    @Override
    public void close() {
        client.close();
        doorbells.ifPresent(Mapping::close);
        memory.close();
        file.close();
    }
}
