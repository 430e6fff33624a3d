package io.vfiouser.server;

import io.vfiouser.abi.NativeCalls;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Poll;
import io.vfiouser.os.SocketControl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A PCI device served over a UNIX socket to one client at a time: the owner of everything libvfio-user needs for it.
 *
 * <p><b>Threads.</b> A context belongs to the first thread that calls {@link #attach} or {@link #run}, "the context's thread"; every
 * other method needs that thread, unless it says "any thread". Callbacks run on it, inside {@link #attach}, {@link #run},
 * {@link #quiesced}, guest memory transfers and {@link #close}. {@link ContextRunner} is a ready-made such thread.
 *
 * <p><b>Order of a message.</b> {@link #run} looks at the message before the library does: dirty marks are moved into the library
 * if the message may observe them, the {@link InterruptGate} is closed, the library serves the message, the gate is opened and sends
 * what is pending, and {@link QuiesceHandler#resumed} ends a pause.
 *
 * <p><b>Hostile clients.</b> What a device's callback throws is answered with an error number. Messages known to crash the library,
 * to make it hang or to take memory without end, and clients that stall in the middle of a message end the connection. What
 * clients can have logged is limited to some messages a second. Known and not preventable here: a dirty report with larger pages than
 * the log's may be wrong, and level 0.2b aborts if a client changes the status flags of memory it shares while the kernel
 * or a sandbox denies {@code kcmp(2)}.
 *
 * <p><b>After a migration</b>, or whenever a client goes away in another migration state than RUNNING, the next {@link #attach}
 * replaces the native context: some libraries would keep the state and refuse the next client.
 */
public final class DeviceContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceContext.class);
    private static final Logger LIBRARY_LOG = LoggerFactory.getLogger("io.vfiouser.server.library");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int NO_CLIENT = -1;
    private static final long SHORTAGE_PAUSE_NANOS = 10_000_000;

    private final DeviceSpec spec;
    private final NativeCalls calls;
    private final Arena arena;
    private final EventFd wake;
    private final InterruptGate gate;
    private final DmaTable dma;
    private final QuiesceProtocol quiesce;
    private final Optional<MigrationAdapter> migration;
    private final ResetAdapter reset;
    private final ClientStream stream;
    private final NativeSlot slot;
    private final MemorySegment dirtyEntry;
    private final Ownership ownership = new Ownership();
    private final LogLimit logLimit = new LogLimit();
    private final ClientLog clients;
    private final ClientLifeline lifeline = new ClientLifeline();

    private volatile int clientFd = NO_CLIENT;
    private final Object negotiation = new Object();

    /** The library is waiting for a client's version. Guarded by {@link #negotiation}: the context cannot go meanwhile. */
    private boolean negotiating;

    private boolean inLibrary;
    private boolean inQuiesced;

    @SuppressWarnings("MustBeClosedChecker") // the context owns the arena; close() closes it last
    DeviceContext(DeviceSpec spec) {
        this.spec = spec;
        calls = spec.library().calls();
        MessageScreen screen =
                new MessageScreen(calls.level(), this::crossesCapability, new DmaMapScreen(() -> dmaRegions()));
        clients = new ClientLog(LOG, spec.socket());
        stream = new ClientStream(spec.socket().toString(), screen, spec.clientTimeout(), logLimit);
        SocketFile socketFile = new SocketFile(spec.socket());
        socketFile.clear();
        arena = Arena.ofShared();
        wake = EventFd.create();
        try {
            CallbackGuard guard = new CallbackGuard(LOG, spec.socket().toString(), logLimit);
            dirtyEntry = DmaTable.entry(calls, arena);
            gate = new InterruptGate(spec.vectors(), this::trigger, this::wakeUp);
            dma = new DmaTable(
                    spec.dma().orElse(new IgnoredDma()), guard, spec.migration().isPresent());
            quiesce = new QuiesceProtocol(
                    spec.quiesce(),
                    guard,
                    this::flushDirty,
                    this::clientIsGone,
                    () -> stream.message().changesMigrationState(),
                    stream::notServed);
            migration = spec.migration()
                    .map(handler -> MigrationAdapter.of(calls, handler, guard, spec.migrationWindowBytes(), arena));
            reset = new ResetAdapter(spec.reset(), guard, gate, migration);
            DeviceCallbacks callbacks = new DeviceCallbacks(
                    spec, LIBRARY_LOG, guard, logLimit, gate, dma, quiesce, reset, migration, arena);
            slot = new NativeSlot(spec, callbacks, socketFile);
            reset.mute(false);
            gate.open();
        } catch (RuntimeException | Error e) {
            wake.close();
            arena.close();
            throw e;
        }
    }

    /** Starts to describe a device that listens on a socket. The path is at most 107 bytes long. */
    public static DeviceContextBuilder builder(Path socket) {
        return new DeviceContextBuilder(socket);
    }

    // The life of a connection.

    /**
     * Accepts a client if one is waiting, and negotiates with it; does nothing if one is attached. Does not block, except while the
     * client sends its version, for which it has the client timeout.
     *
     * @return whether a client is attached
     */
    public boolean attach() {
        own();
        if (isAttached()) {
            return true;
        }
        if (reset.renew()) {
            replaceContext();
        }
        if (quiesce.pending() || !Poll.awaitReadable(slot.listenFd(), Duration.ZERO)) {
            return false;
        }
        int result;
        negotiating(true);
        try {
            result = AttachWatchdog.watch(this, spec.clientTimeout(), () -> calls.attachCtx(slot.pointer()));
        } finally {
            negotiating(false);
        }
        if (result < 0) {
            if (result != -Errno.EAGAIN && logLimit.allows()) {
                LOG.warn(
                        "{}: a client connected but did not negotiate: {}{}",
                        spec.socket(),
                        Errno.describe(-result),
                        logLimit.note());
            }
            if (result == -Errno.EMFILE || result == -Errno.ENFILE) {
                // The client stays in the queue, so its descriptor stays readable: do not spin.
                LockSupport.parkNanos(SHORTAGE_PAUSE_NANOS);
            }
            return false;
        }
        int fd = calls.getPollFd(slot.pointer());
        clientFd = fd;
        try {
            stream.attached(fd);
            lifeline.attach(fd);
        } catch (ErrnoException e) {
            LOG.warn("{}: disconnecting the client, which cannot be looked after", spec.socket(), e);
            SocketControl.discard(fd);
            return true;
        }
        clients.attached();
        return true;
    }

    /** Whether a client is attached. Any thread. */
    public boolean isAttached() {
        return clientFd != NO_CLIENT;
    }

    /**
     * The descriptor to wait on for reading: a client's messages, or clients if none is attached. It changes with
     * {@link #attach} and a {@link RunResult#DISCONNECTED}.
     */
    public int pollFd() {
        int fd = clientFd;
        return fd == NO_CLIENT ? slot.listenFd() : fd;
    }

    /**
     * Signalled when the context's thread has something to do that no descriptor of the client shows: a pending interrupt, or the end of
     * a pause. To be waited on together with {@link #pollFd}; {@link #service} drains it.
     */
    public int wakeFd() {
        return wake.fd().value();
    }

    /**
     * Serves one message of the client, if there is one. Does not wait for messages.
     *
     * @throws IllegalStateException if no client is attached
     */
    public RunResult run() {
        own();
        int fd = clientFd;
        if (fd == NO_CLIENT) {
            throw new IllegalStateException("no client is attached");
        }
        if (quiesce.pending()) {
            return RunResult.QUIESCING;
        }
        if (!stream.look(fd)) {
            return RunResult.IDLE;
        }
        if (!stream.message().onlyReadsOrAccesses()) {
            flushDirty();
        }
        int result = inLibrary(() -> calls.runCtx(slot.pointer()));
        return outcome(result);
    }

    /** Closes the gate around a function of the library that may change descriptors of interrupts. */
    private int inLibrary(IntSupplier function) {
        gate.close();
        inLibrary = true;
        try {
            return function.getAsInt();
        } finally {
            inLibrary = false;
            stream.applyTo(gate);
            gate.open();
        }
    }

    /** What the library's function left behind; the message is over unless a pause is pending. */
    private RunResult outcome(int result) {
        int fd = clientFd;
        boolean detached = calls.getPollFd(slot.pointer()) != fd;
        if (detached) {
            detached();
            clients.gone();
        } else if (result < 0 && result != -Errno.EBUSY) {
            // Whatever it was, the library would meet it again: let it find the end of the stream instead.
            if (logLimit.allows()) {
                LOG.warn(
                        "{}: disconnecting the client after an error: {}{}",
                        spec.socket(),
                        Errno.describe(-result),
                        logLimit.note());
            }
            SocketControl.discard(fd);
        }
        if (quiesce.pending()) {
            return RunResult.QUIESCING;
        }
        quiesce.returned();
        return detached ? RunResult.DISCONNECTED : RunResult.HANDLED;
    }

    /**
     * Ends the connection, or the negotiation that is under way; the next {@link #run} resets the device and reports {@link
     * RunResult#DISCONNECTED}. Any thread.
     */
    public void disconnect() {
        lifeline.cut();
        synchronized (negotiation) {
            if (negotiating) {
                abortAttach();
            }
        }
    }

    private void negotiating(boolean now) {
        synchronized (negotiation) {
            negotiating = now;
        }
    }

    private void detached() {
        clientFd = NO_CLIENT;
        lifeline.detach();
    }

    // Pausing.

    /** Whether the client's request waits for the device to pause. */
    public boolean isQuiescePending() {
        return quiesce.pending();
    }

    /**
     * Completes a pause that was {@link Quiesce#PENDING}: the request that waited for it runs now.
     *
     * @throws IllegalStateException if none is pending
     */
    public RunResult quiesced() {
        return completeQuiesce(0);
    }

    /**
     * Gives up pausing. The request fails without an answer, as the library has it, so the client is disconnected.
     *
     * @param errno the reason, positive
     * @throws IllegalStateException if none is pending
     */
    public RunResult quiesceFailed(int errno) {
        if (errno <= 0) {
            throw new IllegalArgumentException("not an error number: " + errno);
        }
        return completeQuiesce(errno);
    }

    private RunResult completeQuiesce(int errno) {
        own();
        quiesce.beginPending(errno == 0);
        inQuiesced = true;
        int result;
        try {
            result = inLibrary(() -> calls.deviceQuiesced(slot.pointer(), errno));
        } finally {
            inQuiesced = false;
        }
        if (errno != 0 && isAttached()) {
            SocketControl.discard(clientFd);
        }
        return outcome(result);
    }

    /**
     * Says that the pause which is pending is reached; {@link #service} completes it on the context's thread. Any thread, also before
     * {@link QuiesceHandler#quiesce} has returned.
     */
    public void signalQuiesced() {
        quiesce.signal();
        wakeUp();
    }

    /**
     * Does what {@link #wakeFd} was signalled for: completes a pause, sends pending interrupts.
     *
     * @return how many things were done
     */
    public int service() {
        own();
        int work = wake.drain() > 0 ? 1 : 0;
        if (quiesce.signalled()) {
            RunResult ignored = quiesced();
            work++;
        }
        gate.service();
        return work;
    }

    // Interrupts.

    /** Raises interrupts; its {@link InterruptGate#raise} may be called by any thread. */
    public InterruptGate interrupts() {
        return gate;
    }

    private int trigger(int vector) {
        return calls.irqTrigger(slot.pointer(), vector);
    }

    /** Makes {@link #wakeFd} readable. Any thread. */
    void wakeUp() {
        synchronized (wake) {
            // Closed together with the context, whose descriptor may be somebody else's by then.
            if (wake.fd().isOpen()) {
                wake.signal();
            }
        }
    }

    // Guest memory.

    /** The DMA regions at this moment; an immutable list. Any thread. */
    public List<DmaRegion> dmaRegions() {
        return dma.regions();
    }

    /**
     * Makes a scatter-gather list, the library's own way to guest memory. The caller closes it before the context.
     *
     * @param maxEntries how many entries it has room for
     */
    public ScatterGather scatterGather(int maxEntries) {
        if (!spec.usesDma()) {
            throw new IllegalStateException("the device was built without guest memory; give it a DmaListener");
        }
        return new ScatterGather(this, maxEntries);
    }

    /**
     * Reads guest memory wherever it is: from the mapping, or by a message to the client, which then has to answer within the client
     * timeout.
     *
     * <p>By message it goes only between the client's own commands without losing step, unless the client offers a second socket
     * for it (from 0.2 on): a command that is on its way at that moment is taken for the answer. But on that second socket the client is
     * waited for without a bound, and {@link #disconnect} does not end that wait: do not use this with clients that are not trusted.
     *
     * @throws ErrnoException if the range is not mapped by the client, or the client refuses
     * @throws IllegalStateException while a pause is pending or inside {@link #quiesced}: the library would abort
     */
    public void readGuest(long iova, MemorySegment into) {
        new GuestTransfer(this).read(iova, into);
    }

    /** As {@link #readGuest}, the other way; pages of mapped regions are marked dirty. */
    public void writeGuest(long iova, MemorySegment from) {
        new GuestTransfer(this).write(iova, from);
    }

    private void flushDirty() {
        // A guest that gives a thousand regions one after the other does not have all of them looked at each time.
        if (!stream.message().givesMemory()) {
            dma.flushDirty(calls, slot.pointer(), dirtyEntry);
        }
    }

    // PCI.

    /**
     * Configuration space, as clients see it: 256 or 4096 bytes. The segment is valid until the context is closed or replaced; ask anew
     * after a {@link RunResult#DISCONNECTED}. Any thread may read; changes belong to the context's thread.
     */
    public MemorySegment configSpace() {
        return slot.context().configSpace();
    }

    /**
     * Adds a capability.
     *
     * @return its offset in configuration space
     * @throws ErrnoException if the library refuses, for instance since there is no room
     */
    public int addCapability(int position, PciCapability capability, CapabilityFlag... flags) {
        own();
        CapabilityPlacement placement = new CapabilityPlacement(capability, position, Set.of(flags));
        int[] offset = new int[1];
        slot.add(context -> offset[0] = context.addCapability(placement));
        return offset[0];
    }

    /** The offset of the first capability with an identifier. */
    public OptionalInt findCapability(boolean extended, int id) {
        return slot.context().findCapability(extended, id);
    }

    /** The offset of the next capability with an identifier after the one at an offset. */
    public OptionalInt findNextCapability(boolean extended, int after, int id) {
        return slot.context().findNextCapability(extended, after, id);
    }

    /**
     * Adds an event descriptor to a region.
     *
     * @throws ErrnoException if the library refuses: outside the region, or a shadow it has no support for
     */
    public void createIoEventFd(IoEventFd ioEventFd) {
        own();
        slot.add(context -> context.createIoEventFd(ioEventFd));
    }

    // Other things.

    /** The state of migration; RUNNING for a device that cannot be migrated. */
    public MigrationState migrationState() {
        return migration.map(MigrationAdapter::state).orElse(MigrationState.RUNNING);
    }

    /** At level 0.1, how many bytes of registers precede the data in the migration region; nothing later. Any thread. */
    public OptionalLong migrationRegisterBytes() {
        long bytes = calls.getMigrRegisterAreaSize();
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** The pointer given to {@link DeviceContextBuilder#privateData}, as the library returns it. */
    public MemorySegment privateData() {
        return slot.context().privateData();
    }

    /** Writes a message through the library's log, to where its own messages go. */
    public void log(Level level, String text) {
        calls.log(slot.pointer(), NativeLog.syslogLevel(level), text);
    }

    /** The library in use. Any thread. */
    public VfioUserLibrary library() {
        return spec.library();
    }

    /** Where clients connect. Any thread. */
    public Path socketPath() {
        return spec.socket();
    }

    // Endings.

    private boolean clientIsGone() {
        int fd = clientFd;
        return fd == NO_CLIENT || stream.message().endOfStream() || Poll.hungUp(fd);
    }

    /** The device itself was reset when the last client went. */
    private void replaceContext() {
        gate.close();
        reset.mute(true);
        try {
            slot.replace();
            reset.renewed();
            stream.renewed();
        } finally {
            reset.mute(false);
            gate.open();
        }
    }

    /** Interrupts a negotiation that hangs. Any thread; the watchdog calls it while {@link #attach} is under way. */
    void abortAttach() {
        int fd = calls.getPollFd(slot.pointer());
        if (fd != slot.listenFd() && fd >= 0) {
            SocketControl.shutdown(fd);
        }
    }

    NativeCalls calls() {
        return calls;
    }

    MemorySegment pointer() {
        return slot.pointer();
    }

    DmaTable dma() {
        return dma;
    }

    private boolean crossesCapability(long offset, long lengthBytes) {
        return slot.context().crossesCapability(offset, lengthBytes);
    }

    /** Runs a transfer by message, which may find the client gone and then reset the device inside. */
    int transfer(IntSupplier function) {
        own();
        if (quiesce.pending() || inQuiesced) {
            throw new IllegalStateException("guest memory cannot be reached by message while a pause is pending");
        }
        if (clientFd == NO_CLIENT) {
            throw new IllegalStateException("no client is attached");
        }
        if (inLibrary) {
            return function.getAsInt();
        }
        stream.forget();
        int result = inLibrary(function);
        if (calls.getPollFd(slot.pointer()) != clientFd) {
            detached();
        } else if (result == -Errno.EPROTO || result == -Errno.EAGAIN) {
            // Out of step, or no answer: what comes next on this socket cannot be trusted.
            SocketControl.discard(clientFd);
        }
        if (!quiesce.pending()) {
            quiesce.returned();
        }
        return result;
    }

    /** The calling thread must be the context's. */
    void own() {
        ownership.require();
    }

    /**
     * Ends the device: pauses it, ends the connection, resets it with {@link ResetReason#LOST_CONNECTION}, unregisters guest memory and frees
     * everything, in that order. The context's thread, or any other once that one has ended. Idempotent.
     */
    @Override
    public void close() {
        if (ownership.isClosed()) {
            return;
        }
        own();
        stream.forget();
        if (!quiesce.pauseForGood(wake, CLOSE_TIMEOUT)) {
            LOG.error(
                    "{}: the device did not pause within {}; it is closed all the same", spec.socket(), CLOSE_TIMEOUT);
        }
        ownership.close();
        gate.close();
        stream.forget();
        detached();
        quiesce.abandon();
        try {
            slot.destroy();
        } finally {
            synchronized (wake) {
                wake.close();
            }
            arena.close();
        }
    }

    /** For a device whose migration needs DMA set up, but which does not use guest memory. */
    private static final class IgnoredDma implements DmaListener {
        @Override
        public void registered(DmaRegion region) {}

        @Override
        public void unregistered(DmaRegion region) {}
    }
}
