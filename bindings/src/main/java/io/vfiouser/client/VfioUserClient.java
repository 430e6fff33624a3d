package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DeviceInfoFormat;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.PollSet;
import io.vfiouser.os.Protection;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a vfio-user server: the part of a virtual machine monitor.
 *
 * <p>One thread at a time, except where a method says otherwise. Every wait ends after {@link ClientOptions#timeout()}.
 * Methods throw {@link VfioUserErrorReply} when the server refuses what they ask, {@link VfioUserDisconnectedException} when it
 * is gone, {@link VfioUserTimeoutException} when it does not answer and {@link VfioUserException} when it does not keep to the
 * protocol; nothing it sends is trusted.
 *
 * <p>Memory given to the server without a descriptor is served by messages: while any method of this object waits for a reply,
 * and in {@link #serve}. A server that asks for memory while nobody listens waits.
 */
public final class VfioUserClient implements AutoCloseable {
    /** The minor protocol version that replaced the migration registers. */
    private static final int FEATURES_MINOR = 2;

    private final Connection connection;
    private final ClientOptions options;
    private final ServerCapabilities capabilities;
    private final DmaRegions dmaRegions = new DmaRegions();
    private final DmaControl dma;
    private final RegionAccess access;
    private final IrqControl irqs;
    private final Map<Integer, Region> regions = new HashMap<>();
    private final MemorySegment word = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment word4 = word.asSlice(0, Integer.BYTES);
    private @Nullable MigrationClient migration;
    private @Nullable DirtyLog dirtyLog;

    private VfioUserClient(Connection connection, ClientOptions options, ServerCapabilities capabilities) {
        this.connection = connection;
        this.options = options;
        this.capabilities = capabilities;
        this.dma = new DmaControl(connection, dmaRegions);
        this.access = new RegionAccess(connection, capabilities.maxDataTransferBytes());
        this.irqs = new IrqControl(connection, capabilities.maxMessageFds());
        connection.handleCommands(dmaRegions);
    }

    /** As {@link #connect(Path, ClientOptions)} with the default options. */
    public static VfioUserClient connect(Path path) {
        return connect(path, ClientOptions.defaults());
    }

    /**
     * Connects and negotiates.
     *
     * @throws VfioUserException if nobody listens at the path or the server cannot be agreed with
     * @throws IllegalArgumentException if the path is longer than {@link UnixSocket#MAX_PATH_BYTES}
     */
    public static VfioUserClient connect(Path path, ClientOptions options) {
        UnixSocket socket;
        try {
            socket = UnixSocket.connect(path, options.timeout());
        } catch (ErrnoException e) {
            String hint = e.errno() == Errno.EAGAIN ? "; too many clients are waiting there" : "";
            throw new VfioUserException("cannot " + e.getMessage() + hint, e);
        }
        return negotiate(socket, options);
    }

    /** Negotiates over a socket that is connected already, which this takes over in any case. */
    public static VfioUserClient connect(UnixSocket socket, ClientOptions options) {
        return negotiate(socket, options);
    }

    private static VfioUserClient negotiate(UnixSocket socket, ClientOptions options) {
        Connection connection = new Connection(socket, options);
        boolean agreed = false;
        try {
            ServerCapabilities capabilities = new Negotiation(connection, options).run();
            agreed = true;
            return new VfioUserClient(connection, options, capabilities);
        } finally {
            if (!agreed) {
                connection.close();
            }
        }
    }

    /** What the server said of itself. */
    public ServerCapabilities capabilities() {
        return capabilities;
    }

    /** The options of this client. */
    public ClientOptions options() {
        return options;
    }

    /** Asks what kind of device it is. */
    public DeviceInfo deviceInfo() {
        MemorySegment request = connection.request().asSlice(0, DeviceInfoFormat.BYTES);
        request.fill((byte) 0);
        DeviceInfoFormat.argumentBytes(request, DeviceInfoFormat.BYTES);
        connection.call(Command.DEVICE_GET_INFO, DeviceInfoFormat.BYTES, DeviceInfoFormat.BYTES);
        MemorySegment reply = connection.reply();
        int flags = DeviceInfoFormat.flags(reply);
        if (DeviceInfoFormat.regionCount(reply) < 0 || DeviceInfoFormat.irqCount(reply) < 0) {
            throw new VfioUserException("the server says it has an impossible number of regions or interrupts");
        }
        return new DeviceInfo(
                (flags & DeviceInfoFormat.RESET) != 0,
                (flags & DeviceInfoFormat.PCI) != 0,
                DeviceInfoFormat.regionCount(reply),
                DeviceInfoFormat.irqCount(reply));
    }

    /**
     * What the server says of a region. It is asked once per region; descriptors that come along stay this client's.
     *
     * @param index one of {@link PciRegions} for PCI devices
     */
    public RegionInfo regionInfo(int index) {
        return region(index).info();
    }

    private Region region(int index) {
        Region known = regions.get(index);
        if (known == null) {
            known = Region.query(connection, index);
            regions.put(index, known);
        }
        return known;
    }

    /**
     * Maps an area of a region; the caller owns the mapping, and it outlives this client.
     *
     * <p>A server can take the memory away by making its file shorter: access then throws {@link InternalError}, possibly late
     * ({@link io.vfiouser.os.MemoryFaults}).
     *
     * @param area one of {@link RegionInfo#areas()}
     */
    public Mapping mapRegion(int region, SparseArea area) {
        return region(region).map(area);
    }

    /**
     * Reads from a region, in one message if the server's limit allows it.
     *
     * @param into filled from its beginning to its end
     */
    public void readRegion(int region, long offset, MemorySegment into) {
        access.read(region, offset, into);
    }

    /** Writes to a region, in pieces of at most 28 KiB, and waits until the server has taken it. */
    public void writeRegion(int region, long offset, MemorySegment from) {
        access.write(region, offset, from);
    }

    /** Writes to a region and does not wait; the server takes it before anything sent later, and nobody learns of an error. */
    public void postWriteRegion(int region, long offset, MemorySegment from) {
        access.post(region, offset, from);
    }

    /** Reads four bytes as a number in the byte order of this machine. */
    public int readRegion32(int region, long offset) {
        access.read(region, offset, word4);
        return word4.get(ValueLayout.JAVA_INT, 0);
    }

    /** Reads eight bytes as a number in the byte order of this machine. */
    public long readRegion64(int region, long offset) {
        access.read(region, offset, word);
        return word.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Writes four bytes in the byte order of this machine. */
    public void writeRegion32(int region, long offset, int value) {
        word4.set(ValueLayout.JAVA_INT, 0, value);
        access.write(region, offset, word4);
    }

    /** Writes eight bytes in the byte order of this machine. */
    public void writeRegion64(int region, long offset, long value) {
        word.set(ValueLayout.JAVA_LONG, 0, value);
        access.write(region, offset, word);
    }

    /** As {@link #postWriteRegion}, four bytes in the byte order of this machine. */
    public void postWriteRegion32(int region, long offset, int value) {
        word4.set(ValueLayout.JAVA_INT, 0, value);
        access.post(region, offset, word4);
    }

    /** As {@link #postWriteRegion}, eight bytes in the byte order of this machine. */
    public void postWriteRegion64(int region, long offset, long value) {
        word.set(ValueLayout.JAVA_LONG, 0, value);
        access.post(region, offset, word);
    }

    /** The pieces of a region whose accesses the server takes from descriptors. The caller closes each of them. */
    public List<RegionIoFd> regionIoFds(int region) {
        return RegionIoFds.query(connection, region, regionInfo(region).lengthBytes());
    }

    /** What the server says of a kind of interrupts, one of {@link PciIrqs} for PCI devices. */
    public IrqInfo irqInfo(int index) {
        return irqs.info(index);
    }

    /**
     * Has interrupts signal eventfds, or the eventfds that are signalled when interrupts are masked or unmasked.
     *
     * @param first number of the first interrupt; the others follow
     * @param eventFds stay the caller's; the server has copies
     */
    public void setIrqEventFds(int index, IrqAction action, int first, EventFd... eventFds) {
        irqs.set(index, action, first, eventFds);
    }

    /** Has interrupts signal eventfds when they are raised; they stay the caller's. */
    public void setIrqEventFds(int index, int first, EventFd... eventFds) {
        irqs.set(index, IrqAction.TRIGGER, first, eventFds);
    }

    /** Takes eventfds away from interrupts. */
    public void clearIrqEventFds(int index, int first, int count) {
        irqs.clear(index, IrqAction.TRIGGER, first, count);
    }

    /** Holds interrupts back. */
    public void maskIrqs(int index, int first, int count) {
        irqs.set(index, IrqAction.MASK, first, count);
    }

    /** Holds interrupts back no longer. */
    public void unmaskIrqs(int index, int first, int count) {
        irqs.set(index, IrqAction.UNMASK, first, count);
    }

    /** Raises interrupts, as if the device had done it. */
    public void triggerIrqs(int index, int first, int count) {
        irqs.set(index, IrqAction.TRIGGER, first, count);
    }

    /** Masks, unmasks or raises those interrupts from {@code first} on whose entry is true. */
    public void changeIrqs(int index, IrqAction action, int first, boolean... chosen) {
        irqs.set(index, action, first, chosen);
    }

    /** Takes all eventfds of a kind of interrupts away. */
    public void disableIrqs(int index) {
        irqs.set(index, IrqAction.TRIGGER, 0, 0);
    }

    /**
     * Gives memory to the server, which maps it.
     *
     * @param iova where the device sees it
     * @param fd stays the caller's
     * @param fdOffset where the memory begins in the file, in bytes
     * @param protection what the device may do
     */
    public void mapDma(long iova, long lengthBytes, Fd fd, long fdOffset, Protection protection) {
        dma.map(iova, lengthBytes, fd, fdOffset, protection);
    }

    /**
     * Gives memory to the server that it can use by messages only.
     *
     * @param iova where the device sees it
     * @param memory has to live until it is unmapped or this client is closed
     * @param protection what the device may do
     */
    public void mapDma(long iova, MemorySegment memory, Protection protection) {
        dma.map(iova, memory, protection);
    }

    /** Takes memory back; the server uses it no more when this returns. Exactly one mapping has to be named. */
    public void unmapDma(long iova, long lengthBytes) {
        dma.unmap(iova, lengthBytes);
    }

    /**
     * Takes all memory back with one message; the server uses none of it any more when this returns, for which it has {@link
     * ClientOptions#timeout}. Vfio-user protocol, VFIO_USER_DMA_UNMAP with VFIO_DMA_UNMAP_FLAG_ALL.
     *
     * @throws VfioUserException if the server refuses, which leaves all memory given, or is gone
     */
    public void unmapAllDma() {
        dma.unmapAll();
    }

    /** Resets the device. */
    public void reset() {
        connection.call(Command.DEVICE_RESET, 0, 0);
    }

    /** Whether the device can be moved. */
    public boolean canMigrate() {
        if (migration == null) {
            migration = findMigration();
        }
        return migration != null;
    }

    /**
     * For moving the device; always the same object.
     *
     * @throws VfioUserException if the device cannot be moved
     */
    public MigrationClient migration() {
        if (migration == null) {
            migration = findMigration();
        }
        if (migration == null) {
            throw new VfioUserException("the device offers no way to migrate it");
        }
        return migration;
    }

    private @Nullable MigrationClient findMigration() {
        if (capabilities.minor() < FEATURES_MINOR) {
            return RegisterMigration.possible(this) ? new RegisterMigration(this) : null;
        }
        try {
            return new FeatureMigration(connection, capabilities.maxDataTransferBytes());
        } catch (VfioUserErrorReply e) {
            return null;
        }
    }

    /** For learning which memory the device writes; always the same object. Devices that cannot migrate refuse to start it. */
    public DirtyLog dirtyLog() {
        if (dirtyLog == null) {
            long pageBytes =
                    capabilities.migrationPageBytes() == 0 ? options.pageBytes() : capabilities.migrationPageBytes();
            dirtyLog = capabilities.minor() < FEATURES_MINOR
                    ? new CommandDirtyLog(connection, dmaRegions, pageBytes, capabilities.maxDataTransferBytes())
                    : new FeatureDirtyLog(connection, dmaRegions, pageBytes);
        }
        return dirtyLog;
    }

    /**
     * Answers the server's requests for memory.
     *
     * @param wait how long to wait for the first; those that have come by then are answered too
     * @return how many there were; 0 if the time ran out
     */
    public int serve(Duration wait) {
        return connection.serve(wait);
    }

    /** Whether the server is still there; looks at once and asks nothing. Any thread, as long as nobody closes this. */
    public boolean connected() {
        return connection.connected();
    }

    /** The descriptor of the connection, for waiting together with others: it is readable when the server is gone. Any thread. */
    public int pollFd() {
        return connection.fd();
    }

    /**
     * The descriptor over which the server asks for memory, for waiting together with others: it is readable when {@link #serve}
     * has something to do, and when the server is gone. The same as {@link #pollFd} unless there is a twin socket. Any thread.
     */
    public int commandFd() {
        return connection.commandFd();
    }

    /**
     * Waits for the server to go away. Any thread, as long as nobody closes this.
     *
     * @return false if it is still there
     */
    public boolean awaitDisconnect(Duration wait) {
        if (!connection.connected()) {
            return true;
        }
        PollSet set = new PollSet(1);
        set.watchHangUp(0, connection.fd());
        return set.await(wait) > 0;
    }

    /** Closes the connection and everything received over it, mappings excepted; every call but the first does nothing. */
    @Override
    public void close() {
        connection.close();
        dmaRegions.close();
        regions.values().forEach(Region::close);
        regions.clear();
    }
}
