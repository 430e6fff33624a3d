package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.EventState;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What the handlers of admin commands see of the controller, and may change of it. Control thread only. */
final class AdminContext {
    private static final int PAGE_BYTES = 4096;
    /** Arbitration, CDW11: binary logarithm of the burst. Base 2.1, section 5.1.25.1.1. */
    private static final int ARBITRATION_BURST_MASK = 0x7;

    private static final int ARBITRATION_BURST_UNLIMITED = 0x7;

    private final SharedState shared;
    private final PollerGroup group;
    private final IoQueues ioQueues;
    /** What this controller could promise to its host. */
    private final ControllerOptions ownOptions;

    private final Registers registers;
    private final FlushAll flushAll;
    private final SubsystemShare share;
    private final LongSupplier clockMillis;
    private final Features features;
    private final LifeCounters life;
    private final TimestampClock timestamp = new TimestampClock();
    private final KeepAliveTimer keepAlive = new KeepAliveTimer();
    private final AbortRequests aborts;
    private final AsynchronousEvents events = new AsynchronousEvents();
    private final Set<Integer> changedNamespaces = new TreeSet<>();
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[PAGE_BYTES]);
    /** To be done as soon as a pause ends. */
    private final OwedToHost owed = new OwedToHost();

    private ControllerOptions options;
    private @Nullable SubmissionQueue adminQueue;
    private @Nullable DeferredCommand deferred;
    private @Nullable DeferredCommand background;
    private boolean toldOfLostData;

    AdminContext(
            SharedState shared,
            PollerGroup group,
            IoQueues ioQueues,
            ControllerOptions options,
            Registers registers,
            FlushAll flushAll,
            SubsystemShare share,
            LongSupplier clockMillis) {
        this.shared = shared;
        this.group = group;
        this.ioQueues = ioQueues;
        this.aborts = new AbortRequests(group, ioQueues);
        this.ownOptions = options;
        this.options = options;
        this.registers = registers;
        this.flushAll = flushAll;
        this.share = share;
        this.clockMillis = clockMillis;
        this.life = new LifeCounters(group, clockMillis);
        this.features = new Features(this, share.subsystem().settings(), options.controllerId());
        features.warnOfUselessValues();
        reset();
    }

    /** Brings everything but registers and queues back to where it is after power-on. */
    void reset() {
        features.reset();
        timestamp.reset(nowMillis());
        events.clear();
        changedNamespaces.clear();
        owed.clear();
        features.takeEffect();
    }

    // ---- commands that take longer than one call ----

    /**
     * Finishes the present command later; until then no other is begun.
     *
     * @return {@link CommandStatus#PENDING}
     */
    int defer(DeferredCommand rest) {
        deferred = rest;
        return CommandStatus.PENDING;
    }

    /**
     * Finishes the present command later, while others go on. What it does continues even if the host resets the controller.
     *
     * @return {@link CommandStatus#PENDING}
     */
    int inBackground(DeferredCommand rest) {
        background = rest;
        return CommandStatus.PENDING;
    }

    /** Does something while the pollers stand still, then lets them run again. Returns {@link CommandStatus#PENDING}. */
    int whenStill(PauseLevel level, IntSupplier action) {
        group.request(PollerGroup.Reason.ADMIN, level);
        return defer(() -> {
            if (!group.reached(level)) {
                return CommandStatus.PENDING;
            }
            int status = action.getAsInt();
            group.release(PollerGroup.Reason.ADMIN);
            return status;
        });
    }

    /**
     * The rest of a command that waits for something of the subsystem's.
     *
     * @param outcome the command's status, from null if it went well or what went wrong; may defer again
     */
    static DeferredCommand after(CompletableFuture<?> future, ToIntFunction<@Nullable Throwable> outcome) {
        return () -> {
            if (!future.isDone()) {
                return CommandStatus.PENDING;
            }
            Throwable failure = future.isCompletedExceptionally() ? future.exceptionNow() : null;
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return outcome.applyAsInt(cause);
        };
    }

    @Nullable
    DeferredCommand takeDeferred() {
        DeferredCommand rest = deferred;
        deferred = null;
        return rest;
    }

    @Nullable
    DeferredCommand takeBackground() {
        DeferredCommand rest = background;
        background = null;
        return rest;
    }

    /**
     * Switches the volatile write cache: off means that each write from now on, and all before, are durable.
     *
     * @param keep called at the moment of the change
     */
    int writeCache(boolean on, Runnable keep) {
        return whenStill(PauseLevel.DRAIN, () -> {
            keep.run();
            shared.durableWrites = !on;
            if (on) {
                return CommandStatus.SUCCESS;
            }
            flushAll.start(namespaces());
            return defer(() -> {
                if (!flushAll.poll()) {
                    return CommandStatus.PENDING;
                }
                if (flushAll.failed()) {
                    shared.faults.flushFailed();
                    return CommandStatus.of(StatusCode.INTERNAL_ERROR);
                }
                return CommandStatus.SUCCESS;
            });
        });
    }

    /** Whether each write is durable when it completes. While the pollers stand still. */
    void durableWrites(boolean durable) {
        shared.durableWrites = durable;
    }

    /**
     * Arbitration or interrupt coalescing are about to change: changes them and makes the pollers go by them. Returns {@link
     * CommandStatus#PENDING}.
     */
    int changeQueueFeatures(Runnable change) {
        return whenStill(PauseLevel.HOLD, () -> {
            change.run();
            takeQueueFeatures();
            return CommandStatus.SUCCESS;
        });
    }

    /** Makes the pollers go by the current values. While they stand still. */
    void takeQueueFeatures() {
        int burst = features.value(FeatureId.ARBITRATION) & ARBITRATION_BURST_MASK;
        shared.arbitrationBurst = burst == ARBITRATION_BURST_UNLIMITED ? SharedState.LARGEST_BURST : 1 << burst;
        shared.coalescing = InterruptCoalescing.of(
                features.value(FeatureId.INTERRUPT_COALESCING),
                options.interruptVectors(),
                features::coalescingDisabled);
    }

    /** Takes buffers over for the doorbells of all queues. While the pollers stand still. */
    void follow(DoorbellBuffers buffers) {
        ioQueues.follow(buffers);
        SubmissionQueue sq = adminQueue;
        if (sq != null) {
            sq.follow(buffers);
            sq.completionQueue().follow(buffers);
        }
    }

    // ---- events ----

    /** Queues an event if the host wants to hear of it. */
    void raise(AsynchronousEvent event) {
        events.raise(event);
    }

    /** Queues an event for each critical warning that holds and that the host wants to hear of. */
    void warnOfHealth() {
        int wanted = criticalWarning() & events.configuration();
        if ((wanted & SmartLog.WARNING_TEMPERATURE) != 0) {
            raise(AsynchronousEvent.TEMPERATURE_THRESHOLD);
        }
        if ((wanted & SmartLog.WARNING_RELIABILITY) != 0) {
            raise(AsynchronousEvent.SUBSYSTEM_RELIABILITY);
        }
    }

    /** Takes over what went wrong on other threads. */
    void collectFaults() {
        if (shared.faults.takeInternalError()) {
            raise(AsynchronousEvent.TRANSIENT_INTERNAL_ERROR);
        }
        if (shared.faults.dataLost() && !toldOfLostData) {
            toldOfLostData = true;
            warnOfHealth();
        }
    }

    /** Critical Warning of the SMART log. */
    int criticalWarning() {
        return life.health().criticalWarning(shared.faults.dataLost());
    }

    /** Takes over what the subsystem has announced. */
    void collectChangedNamespaces() {
        Integer nsid = share.nextChanged();
        while (nsid != null) {
            changedNamespaces.add(nsid);
            if (namespace(nsid) == null) {
                features.forgetNamespace(nsid);
            }
            raise(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
            nsid = share.nextChanged();
        }
    }

    /** Why no host may use the controller; empty if one may. */
    Optional<String> refusal() {
        return share.refusal();
    }

    /** A host has enabled the controller: what was announced before is no news to it. */
    void enabled() {
        share.forgetChanged();
    }

    /** The host has read a log page without retaining its events. */
    void logPageRead(int logPage) {
        events.logPageRead(logPage);
        if (logPage == LogPageId.CHANGED_NAMESPACES) {
            changedNamespaces.clear();
        }
    }

    AsynchronousEvents events() {
        return events;
    }

    Set<Integer> changedNamespaces() {
        return changedNamespaces;
    }

    /** Takes over what another controller has to report, but for what the subsystem announces. */
    void restore(EventState state) {
        events.restore(state);
        changedNamespaces.clear();
        changedNamespaces.addAll(state.changedNamespaces());
    }

    // ---- the controller ----

    AbortRequests aborts() {
        return aborts;
    }

    IoQueues ioQueues() {
        return ioQueues;
    }

    /** What the host has been promised: by a controller elsewhere, if that moved here. */
    ControllerOptions options() {
        return options;
    }

    /** What this controller could promise at most. */
    ControllerOptions ownOptions() {
        return ownOptions;
    }

    /** Promises what another controller has promised. While no host has enabled this one. */
    void promise(ControllerOptions promised) {
        options = promised;
        registers.promise(promised);
        ioQueues.promise(promised.queuePairs());
        shared.transferBytes = promised.transferBytes();
        features.ofController(promised.controllerId());
    }

    /** Whether the host has had an event that says that data was lost. */
    boolean toldOfLostData() {
        return toldOfLostData;
    }

    void toldOfLostData(boolean told) {
        toldOfLostData = told;
    }

    Features features() {
        return features;
    }

    Health health() {
        return life.health();
    }

    LifeCounters life() {
        return life;
    }

    OwedToHost owed() {
        return owed;
    }

    TimestampClock timestamp() {
        return timestamp;
    }

    KeepAliveTimer keepAlive() {
        return keepAlive;
    }

    /** Whether the host has not kept the controller alive. It is in the error log then. */
    boolean keepAliveExpired() {
        boolean expired = keepAlive.expired(nowMillis());
        if (expired) {
            shared.keepAliveExpired();
        }
        return expired;
    }

    ErrorLog errorLog() {
        return shared.errorLog;
    }

    /** The admin queue that the host has set up, or null. */
    void adminQueue(@Nullable SubmissionQueue queue) {
        adminQueue = queue;
    }

    DoorbellPage doorbells() {
        return shared.doorbells;
    }

    RegionTable memory() {
        return shared.memory.table();
    }

    List<QueuePoller> pollers() {
        return group.pollers();
    }

    /** CC. */
    int configuration() {
        return registers.configuration();
    }

    /** The bits of an address that lie within a memory page. */
    long pageMask() {
        return (1L << shared.pageShift) - 1;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    /** By what log messages name the controller. */
    String name() {
        return shared.name;
    }

    /** A page of zeroes to fill; the one of the call before is overwritten. */
    MemorySegment scratchPage() {
        return scratch.fill((byte) 0);
    }

    // ---- namespaces ----

    NvmSubsystem subsystem() {
        return share.subsystem();
    }

    void resetOtherControllers() {
        share.subsystem().resetOthers(share);
    }

    /** The namespaces that are attached, in the order of their identifiers. */
    List<Namespace> namespaces() {
        return share.attached();
    }

    /** The attached namespace with this NSID, or null. */
    @Nullable
    Namespace namespace(int nsid) {
        return share.attached(nsid);
    }

    boolean hasVolatileCache() {
        return namespaces().stream().anyMatch(Namespace::hasVolatileCache);
    }
}
