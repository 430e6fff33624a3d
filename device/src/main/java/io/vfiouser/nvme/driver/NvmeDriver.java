package io.vfiouser.nvme.driver;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.PciRegions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.mover.Guest;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.PageSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host that drives an NVMe controller over vfio-user, without a virtual machine.
 *
 * <p>Connecting resets the controller, enables it and creates the I/O queues; {@link #close} shuts it down normally, so that
 * what was written is on the medium. The driver and its {@link #admin} queue may be used from any thread, each {@link IoQueue}
 * from one at a time; stop using queues and buffers before closing.
 */
public final class NvmeDriver implements AutoCloseable {

    private static final int ADMIN_ENTRIES = 64;
    private static final int ADMIN_DEPTH = ADMIN_ENTRIES / 2;
    private static final int CONFIG_SPACE = PciRegions.CONFIG;
    private static final int PCI_COMMAND = 4;
    private static final int MEMORY_SPACE_AND_BUS_MASTER = 0x0006;
    /** A directory that a server listens in: the name that SPDK gave it. */
    private static final String SOCKET_IN_DIRECTORY = "cntrl";

    private final DriverOptions options;
    private final GuestThreads threads = new GuestThreads();
    private final Watchdog watchdog;
    private final Bar0 bar;
    private final ControllerLifecycle lifecycle;
    private final HostMemory memory;
    private final @Nullable Interrupts interrupts;
    private final DriverGuest guest;
    private final GuestState travelling = new GuestState();
    private final List<QueuePair> pairs = new ArrayList<>();
    private final List<IoQueue> ioQueues = new ArrayList<>();
    private @Nullable ShadowDoorbells shadowDoorbells;
    private AdminQueue admin;
    private IdentifyController identity;
    /** The one that the device is behind. */
    private volatile VfioUserClient client;

    private volatile boolean closed;
    private volatile boolean movedAway;

    @SuppressWarnings("NullAway.Init") // bringUp sets what is missing, or the constructor throws
    private NvmeDriver(
            VfioUserClient client, DriverOptions options, Path socket, Function<GuestThreads, HostMemory> makeMemory) {
        this.client = client;
        this.options = options;
        this.watchdog = new Watchdog(() -> !client.connected(), socket.toString(), threads::pausing);
        watchdog.start();
        Bar0 bar0 = null;
        HostMemory host = null;
        Interrupts vectors = null;
        try {
            bar0 = new Bar0(client);
            this.bar = bar0;
            this.lifecycle = new ControllerLifecycle(bar);
            writeCommandRegister(client);
            host = makeMemory.apply(threads);
            this.memory = host;
            memory.mapInto(client);
            vectors = options.interrupts() ? Interrupts.enable(client, options.queues()) : null;
            this.interrupts = vectors;
            this.guest = new DriverGuest(this, threads, bar, vectors);
            bringUp();
        } catch (RuntimeException e) {
            watchdog.close();
            closeAll(vectors, client, bar0, host);
            throw e;
        }
    }

    /** Goes on where {@link #saveGuest} was called; the guest is paused. */
    @SuppressWarnings("NullAway.Init") // goOnWith sets what is missing, or the constructor throws
    private NvmeDriver(VfioUserClient client, GuestMemory guestMemory, GuestStateReader from) {
        this.client = client;
        this.options = GuestState.options(from);
        this.watchdog =
                new Watchdog(() -> !client.connected(), "the socket that the device was moved to", threads::pausing);
        threads.pause(options.timeout());
        watchdog.start();
        Bar0 bar0 = null;
        Interrupts vectors = null;
        try {
            bar0 = new Bar0(client);
            this.bar = bar0;
            this.lifecycle = new ControllerLifecycle(bar, from.i64());
            this.memory = HostMemory.of(guestMemory, threads);
            vectors = options.interrupts() ? Interrupts.enable(client, options.queues()) : null;
            this.interrupts = vectors;
            this.guest = new DriverGuest(this, threads, bar, vectors);
            goOnWith(from);
        } catch (RuntimeException e) {
            watchdog.close();
            closeAll(vectors, bar0);
            throw e;
        }
    }

    private void goOnWith(GuestStateReader from) {
        identity = new IdentifyController(MemorySegment.ofArray(new long[IdentifyCns.LENGTH_BYTES / Long.BYTES])
                .copyFrom(MemorySegment.ofArray(from.bytes(IdentifyCns.LENGTH_BYTES))));
        memory.restore(from);
        QueuePair adminPair = movedPair(from, 0, ADMIN_ENTRIES, ADMIN_DEPTH, bar);
        admin = new AdminQueue(adminPair, interrupts == null ? null : interrupts.of(0), options.timeout(), threads);
        admin.restore(from);
        DoorbellRegisters doorbells = bar;
        if (from.flag()) {
            shadowDoorbells = new ShadowDoorbells(bar, memory, from);
            doorbells = shadowDoorbells;
        }
        int count = from.i32(0, options.queues(), "the number of queues granted");
        for (int id = 1; id <= count; id++) {
            QueuePair pair = movedPair(from, id, options.ioQueueEntries(), options.depth(), doorbells);
            ioQueues.add(
                    new IoQueue(pair, interrupts == null ? null : interrupts.of(id), maximumTransferBytes(), threads));
        }
        travelling.restoreParts(from);
        from.end();
    }

    private QueuePair movedPair(GuestStateReader from, int id, int entries, int depth, DoorbellRegisters doorbells) {
        QueuePair pair = new QueuePair(
                from,
                id,
                entries,
                depth,
                memory,
                doorbells,
                watchdog,
                options.timeout().toMillis(),
                options.maximumTransferBytes());
        pairs.add(pair);
        return pair;
    }

    /**
     * Goes on in this process with a driver that was saved in another ({@link Guest#save} of its {@link #guest}), after device and memory
     * have moved. The guest is paused: {@link Guest#resume} lets it go on, once the device runs. No register is touched before.
     *
     * @param client of the device's server, which has the memory already; closed with the driver, but not if this fails
     * @param memory of one region; stays the caller's
     * @param state from anybody
     * @throws NvmeDriverException if the state makes no sense, or does not fit memory or device
     * @throws IllegalArgumentException likewise
     */
    public static NvmeDriver resume(VfioUserClient client, GuestMemory memory, byte[] state) {
        return new NvmeDriver(client, memory, new GuestStateReader(state));
    }

    /** The guest is paused. */
    byte[] saveGuest() {
        GuestStateWriter into = new GuestStateWriter();
        GuestState.saveOptions(options, into);
        into.i64(lifecycle.capabilities()).bytes(identity.segment().toArray(ValueLayout.JAVA_BYTE));
        memory.save(into);
        pairs.getFirst().save(into);
        admin.save(into);
        into.flag(shadowDoorbells != null);
        if (shadowDoorbells != null) {
            shadowDoorbells.save(into);
        }
        into.i32(ioQueues.size());
        pairs.stream().skip(1).forEach(pair -> pair.save(into));
        travelling.saveParts(into);
        return into.toBytes();
    }

    /**
     * Has something go along when the guest moves to another process, where {@link #carried} returns it. One of a name.
     *
     * @param save called while the guest is paused, on the mover's thread; what it throws makes the move fail
     */
    public void carry(String name, Supplier<byte[]> save) {
        travelling.carry(name, save);
    }

    /** Has something no longer go along. */
    public void leave(String name) {
        travelling.leave(name);
    }

    /**
     * What came with this driver under a name.
     *
     * @throws NvmeDriverException if nothing did
     */
    public byte[] carried(String name) {
        return travelling.carried(name);
    }

    /** A buffer that was allocated before the guest moved here. Ends in {@link NvmeDriverException} if there can be none. */
    public DmaBuffer claim(GuestStateReader from, long lengthBytes) {
        return memory.claim(from, lengthBytes);
    }

    /** The guest goes on elsewhere: closing this does not disturb the controller. */
    void left() {
        movedAway = true;
    }

    /**
     * Attaches to a server.
     *
     * @param path its socket, or the directory in which the socket has the name {@code cntrl}
     * @throws VfioUserException if nobody listens there or what listens does not speak vfio-user
     * @throws NvmeDriverException if the device is no NVMe controller that this driver can use
     */
    public static NvmeDriver connect(Path path, DriverOptions options) {
        return connect(path, options, threads -> HostMemory.create(memoryBytes(options), options, threads));
    }

    /**
     * As {@link #connect(Path, DriverOptions)}, with guest memory that stays the caller's.
     *
     * @param memory one region, of {@link #memoryBytes} at least; {@link DriverOptions#iovaBase}, huge pages and DMA regions do not count
     */
    public static NvmeDriver connect(Path path, DriverOptions options, GuestMemory memory) {
        return connect(path, options, threads -> {
            HostMemory host = HostMemory.of(memory, threads);
            if (host.lengthBytes() < memoryBytes(options)) {
                throw new IllegalArgumentException("guest memory has " + host.lengthBytes()
                        + " bytes, and the driver needs " + memoryBytes(options));
            }
            return host;
        });
    }

    static NvmeDriver connect(Path path, DriverOptions options, Function<GuestThreads, HostMemory> makeMemory) {
        Path socket = Files.isDirectory(path) ? path.resolve(SOCKET_IN_DIRECTORY) : path;
        VfioUserClient client =
                VfioUserClient.connect(socket, ClientOptions.defaults().withTimeout(options.timeout()));
        return new NvmeDriver(client, options, socket, makeMemory);
    }

    /** The admin queue, for whatever this class has no method for. */
    public AdminQueue admin() {
        return admin;
    }

    /**
     * The client underneath, for what is no matter of NVMe: after a move the destination's. One thread at a time, holding
     * {@link Guest#clientLock} of {@link #guest} if others use the driver. It is closed with the driver.
     */
    public VfioUserClient client() {
        return client;
    }

    /** This driver as what runs on a device that is moved. Always the same object. */
    public Guest guest() {
        return guest;
    }

    /** The memory that moves with the device. Fails if it is backed by huge pages or has several DMA regions: such stays where it is. */
    public GuestMemory guestMemory() {
        return memory.movable();
    }

    /** The threads that stand still while the device moves: who fills buffers has to enter. */
    public GuestThreads threads() {
        return threads;
    }

    /** The device is behind another client now. The guest is paused. */
    void attachedTo(VfioUserClient destination) {
        client = destination;
        watchdog.switchTo(() -> !destination.connected(), "the socket that the device was moved to");
    }

    /** I/O queues that were granted; may be fewer than wanted. */
    public int ioQueueCount() {
        return ioQueues.size();
    }

    /** An I/O queue, counted from 0; its identifier is one more. */
    public IoQueue ioQueue(int index) {
        return ioQueues.get(index);
    }

    /** The largest transfer of one command: the controller's limit or the options', whichever is less. */
    public int maximumTransferBytes() {
        long limit = identity.maximumTransferBytes(Integer.numberOfTrailingZeros(HostMemory.PAGE_BYTES));
        // a limit below a page is a shift that went over the end: the controller announced more than 2^63 bytes
        return limit < HostMemory.PAGE_BYTES
                ? options.maximumTransferBytes()
                : (int) Math.min(limit, options.maximumTransferBytes());
    }

    /** Whether doorbells are stores into shared memory rather than messages. */
    public boolean doorbellsMapped() {
        return bar.doorbellsMapped();
    }

    /** Whether the I/O queues' doorbells are in guest memory. */
    public boolean shadowDoorbells() {
        return shadowDoorbells != null;
    }

    /** Pages that back guest memory. */
    public PageSize memoryPageSize() {
        return memory.pageSize();
    }

    /** The register CAP. */
    public long capabilities() {
        return lifecycle.capabilities();
    }

    /** The register VS; {@link io.vfiouser.nvme.spec.SpecVersion#describe} reads it. */
    public int version() {
        return bar.read32(ControllerRegisters.VS);
    }

    /** A register of BAR0, 4 bytes. */
    public int readRegister32(int offset) {
        return bar.read32(offset);
    }

    /** Writes a register of BAR0, 4 bytes: for tests of the controller. */
    public void writeRegister32(int offset, int value) {
        bar.write32(offset, value);
    }

    /** What the driver itself has the device write into, pages for log pages and the like excepted: for tests. */
    List<DmaBuffer> writtenByDevice() {
        List<DmaBuffer> buffers = new ArrayList<>();
        pairs.forEach(pair -> buffers.add(pair.completionMemory()));
        if (shadowDoorbells != null) {
            buffers.add(shadowDoorbells.eventMemory());
        }
        return buffers;
    }

    /** Guest memory for data, in whole pages, zeroed. Any thread. */
    public DmaBuffer allocate(long lengthBytes) {
        return memory.allocate(lengthBytes);
    }

    /** What Identify Controller returned when the controller was enabled; a copy. */
    public IdentifyController identify() {
        return identity;
    }

    /** The active namespaces, asked for now. */
    public List<NamespaceInfo> namespaces() {
        List<NamespaceInfo> found = new ArrayList<>();
        for (int id : activeNamespaces()) {
            found.add(namespace(id));
        }
        return List.copyOf(found);
    }

    /** One namespace, asked for now. */
    public NamespaceInfo namespace(int id) {
        IdentifyNamespace structure = new IdentifyNamespace(identifyData(IdentifyCns.NAMESPACE, id));
        return new NamespaceInfo(id, structure, descriptors(id));
    }

    /** The SMART / Health Information log of the controller. */
    public SmartLog smartLog() {
        try (DmaBuffer buffer = memory.allocate(SmartLog.LENGTH_BYTES)) {
            admin.executeSuccessfully(NvmeCommand.getLogPage(
                    LogPageId.SMART_HEALTH, SubmissionEntry.NSID_ALL, buffer, SmartLog.LENGTH_BYTES));
            return new SmartLog(copy(buffer, SmartLog.LENGTH_BYTES));
        }
    }

    /** Disables the controller, enables it again and creates new queues: those handed out before must not be used any more. */
    public void resetController() {
        try (GuestThread _ = threads.enter()) {
            lifecycle.disable();
            bringUp();
        }
    }

    private void bringUp() {
        lifecycle.disable();
        pairs.forEach(QueuePair::close);
        pairs.clear();
        ioQueues.clear();
        if (shadowDoorbells != null) {
            shadowDoorbells.close();
            shadowDoorbells = null;
        }
        QueuePair adminPair = newPair(0, ADMIN_ENTRIES, ADMIN_DEPTH, bar);
        admin = new AdminQueue(adminPair, interrupts == null ? null : interrupts.of(0), options.timeout(), threads);
        lifecycle.enable(adminPair);
        identity = new IdentifyController(identifyData(IdentifyCns.CONTROLLER, 0));
        createIoQueues(ioDoorbells());
    }

    /** Those of the I/O queues; the admin queue always has registers. */
    private DoorbellRegisters ioDoorbells() {
        boolean offered = (identity.u16(IdentifyController.OACS) & IdentifyController.OACS_DOORBELL_BUFFER_CONFIG) != 0;
        if (!options.shadowDoorbells() || !offered) {
            return bar;
        }
        ShadowDoorbells shadow = new ShadowDoorbells(bar, memory);
        shadowDoorbells = shadow;
        admin.executeSuccessfully(shadow.command());
        return shadow;
    }

    private void createIoQueues(DoorbellRegisters doorbells) {
        if (options.queues() == 0) {
            return;
        }
        int entries = options.ioQueueEntries();
        if (entries > lifecycle.maximumQueueEntries()) {
            throw new NvmeDriverException("depth " + options.depth() + " needs queues of " + entries
                    + " entries; the controller takes " + lifecycle.maximumQueueEntries());
        }
        int wanted = options.queues() - 1;
        int granted = admin.executeSuccessfully(
                        NvmeCommand.setFeatures(FeatureId.NUMBER_OF_QUEUES, wanted | wanted << 16))
                .dw0();
        int count = Math.min(options.queues(), Math.min(granted & 0xFFFF, granted >>> 16) + 1);
        for (int id = 1; id <= count; id++) {
            QueuePair pair = newPair(id, entries, options.depth(), doorbells);
            admin.executeSuccessfully(NvmeCommand.createCompletionQueue(
                    id, entries, pair.completionBase(), interrupts != null, interrupts == null ? 0 : id));
            admin.executeSuccessfully(NvmeCommand.createSubmissionQueue(id, entries, pair.submissionBase(), id));
            ioQueues.add(
                    new IoQueue(pair, interrupts == null ? null : interrupts.of(id), maximumTransferBytes(), threads));
        }
    }

    private QueuePair newPair(int id, int entries, int depth, DoorbellRegisters doorbells) {
        QueuePair pair = new QueuePair(
                id,
                entries,
                depth,
                memory,
                doorbells,
                watchdog,
                options.timeout().toMillis(),
                options.maximumTransferBytes());
        pairs.add(pair);
        return pair;
    }

    private List<Integer> activeNamespaces() {
        return NamespaceList.read(identifyData(IdentifyCns.ACTIVE_NAMESPACES, 0));
    }

    private List<NamespaceDescriptor> descriptors(int id) {
        try {
            return NamespaceDescriptor.readList(identifyData(IdentifyCns.NAMESPACE_DESCRIPTORS, id));
        } catch (NvmeCommandException e) {
            // Controllers before NVMe 1.3 have none.
            return List.of();
        }
    }

    private MemorySegment identifyData(int cns, int namespaceId) {
        try (DmaBuffer buffer = memory.allocate(IdentifyCns.LENGTH_BYTES)) {
            admin.executeSuccessfully(NvmeCommand.identify(cns, namespaceId, buffer));
            return copy(buffer, IdentifyCns.LENGTH_BYTES);
        }
    }

    private static MemorySegment copy(DmaBuffer buffer, long lengthBytes) {
        MemorySegment own = MemorySegment.ofArray(new long[Math.toIntExact(lengthBytes / Long.BYTES)]);
        return own.copyFrom(buffer.segment().asSlice(0, lengthBytes));
    }

    /** Guest memory that a driver with these options takes, queues and buffers. */
    public static long memoryBytes(DriverOptions options) {
        int transfer = options.maximumTransferBytes();
        return options.memoryBytes()
                + ShadowDoorbells.MEMORY_BYTES
                + QueuePair.memoryBytes(ADMIN_ENTRIES, ADMIN_DEPTH, transfer)
                + options.queues() * QueuePair.memoryBytes(options.ioQueueEntries(), options.depth(), transfer)
                // Identify and log pages of several threads at once
                + 16L * HostMemory.PAGE_BYTES;
    }

    private static void writeCommandRegister(VfioUserClient client) {
        MemorySegment value = MemorySegment.ofArray(new byte[] {MEMORY_SPACE_AND_BUS_MASTER, 0});
        client.writeRegion(CONFIG_SPACE, PCI_COMMAND, value);
    }

    /** Shuts the controller down normally and detaches; if the server is gone, only cleans up. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!movedAway && !watchdog.serverGone()) {
                shutDown();
            }
        } finally {
            release();
        }
    }

    /** Detaches without a word to the controller, as a host does whose process is killed: for tests. */
    public void abandon() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    private void shutDown() {
        try {
            lifecycle.shutDown();
            client.unmapAllDma();
        } catch (NvmeDisconnectedException | VfioUserException e) {
            if (!watchdog.serverGone()) {
                throw e;
            }
        }
    }

    private void release() {
        threads.end("the driver was closed");
        guest.rollBack();
        watchdog.close();
        closeAll(interrupts, client, bar, memory);
    }

    private static void closeAll(@Nullable AutoCloseable... resources) {
        for (AutoCloseable resource : resources) {
            if (resource != null) {
                try {
                    resource.close();
                } catch (Exception e) {
                    throw new IllegalStateException("cannot close " + resource, e);
                }
            }
        }
    }
}
