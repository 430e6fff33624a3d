package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.BlockDevicePool;
import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.InsufficientCapacityException;
import io.vfiouser.nvme.block.ResizeListener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An NVM subsystem: namespaces that one or several controllers serve to one or several guests. Base 2.1, section 3.2.
 *
 * <pre>{@code
 * try (NvmSubsystem subsystem = NvmSubsystem.builder().namespace(FileBlockDevice.open(image)).open();
 *         NvmeDevice first = NvmeDevice.builder().subsystem(subsystem).socket(one).start();
 *         NvmeDevice second = NvmeDevice.builder().subsystem(subsystem).socket(two).start()) {
 *     first.awaitClose();
 * }
 * }</pre>
 *
 * <p>It owns its back ends: {@link NvmSubsystemBuilder#open} activates them, {@link #close} releases and closes them. Namespaces may be
 * {@linkplain #add added} and {@linkplain #remove removed} while guests run; they hear of it by events. Close the devices first.
 *
 * <p>All methods may be called from any thread.
 */
public final class NvmSubsystem implements AutoCloseable {
    /** The largest NSID, and the most namespaces. */
    public static final int MAXIMUM_NAMESPACES = 1024;

    /** The largest CNTLID. Base 2.1, section 5.1.13.2.1. */
    public static final int MAXIMUM_CONTROLLER_ID = 0xFFEF;

    private static final long COPY_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long COPY_NAP_NANOS = 500_000;

    /** What it was made with. */
    private final SubsystemIdentity ownIdentity;

    private volatile SubsystemIdentity identity;
    private final boolean multipleControllers;
    private final Optional<BlockDevicePool> pool;
    private final NamespaceRegistry registry = new NamespaceRegistry();
    private final TreeMap<Integer, SubsystemMember> members = new TreeMap<>();
    private final Map<Integer, ResizeListener> listeners = new HashMap<>();
    /** By NSID: formats that are asked for and have not ended. */
    private final Map<Integer, CompletableFuture<Void>> formats = new HashMap<>();
    /** For what blocks: back ends that are closed or created while guests run; and where futures complete. */
    private final ExecutorService worker = thread("nvme-subsystem");
    /** A format takes long, and nothing else waits for it. */
    private final ExecutorService formatter = thread("nvme-format");

    private final NamespaceChanges changes = new NamespaceChanges(worker);
    private final SubsystemSettings settings;
    private final AdoptedSettings remembered;
    private final Ownership ownership;
    /**
     * Held while back ends are made, activated, released or ended, all of which may wait for a medium. Never asked for by who holds the lock of
     * the subsystem.
     */
    private final Object media = new Object();

    /** Whether the media are this process's. Written by who has {@link #media} and the lock. */
    private volatile boolean owned;

    private volatile boolean closed;

    NvmSubsystem(NvmSubsystemBuilder builder, SubsystemIdentity ownIdentity) {
        this.multipleControllers = builder.hasMultipleControllers();
        this.settings = builder.settingsFile()
                .map(file -> SubsystemSettings.of(file, worker))
                .orElseGet(SubsystemSettings::inMemory);
        this.remembered = new AdoptedSettings(settings);
        this.ownership = new Ownership(this, builder.isIncoming() ? Ownership.Role.INCOMING : Ownership.Role.OWNER);
        this.ownIdentity = ownIdentity;
        this.identity = remembered.identity(ownIdentity);
        this.pool = builder.namespacePool();
    }

    /** Starts to describe a subsystem. */
    public static NvmSubsystemBuilder builder() {
        return new NvmSubsystemBuilder();
    }

    /** By what hosts know it: what it was made with, or has {@linkplain #adopt adopted} since. */
    public SubsystemIdentity identity() {
        return identity;
    }

    /** Whether it may have several controllers at once; if not, hosts are told that they are the only one. */
    public boolean multipleControllers() {
        return multipleControllers;
    }

    /** What hosts have asked to be remembered. */
    public SubsystemSettings settings() {
        return settings;
    }

    // ---- namespaces, for whoever runs the subsystem ----

    /** All namespaces, in the order of their identifiers. */
    public synchronized List<Namespace> namespaces() {
        return registry.all();
    }

    /** The namespace with this NSID, if there is one. */
    public synchronized Optional<Namespace> namespace(int namespaceId) {
        return Optional.ofNullable(registry.find(namespaceId));
    }

    /**
     * Adds a namespace and attaches it to every controller; guests hear of it. The back end becomes the subsystem's, which activates
     * it unless it does not {@linkplain #owned() own} the others; not if this method throws.
     *
     * @param blockBytes bytes of a logical block, as {@link NvmSubsystemBuilder#namespace(BlockDevice, int)} has it
     * @return its NSID, once every controller has it
     * @throws BlockDeviceException if the back end cannot be activated
     * @throws IllegalArgumentException if the back end cannot be a namespace of that format
     * @throws IllegalStateException if there are {@link #MAXIMUM_NAMESPACES} already, or the subsystem is closed
     */
    public CompletableFuture<Integer> add(BlockDevice device, int blockBytes) {
        NamespaceFormat format = NamespaceFormat.ofBlockBytes(blockBytes, device.blockSizeBytes());
        int id = reserveIdentifier();
        Namespace namespace;
        // Without the lock: it may wait for the medium, and controllers do not wait with it.
        synchronized (media) {
            try {
                namespace = new Namespace(id, device, format, multipleControllers, false);
                if (owned) {
                    device.activate();
                }
            } catch (RuntimeException | Error e) {
                giveUp(id);
                throw e;
            }
            if (!enter(namespace)) {
                device.release();
                throw new IllegalStateException("the subsystem is closed");
            }
        }
        synchronized (this) {
            if (members.isEmpty()) {
                // Who joins later finds it; no thread need be started for that.
                return CompletableFuture.completedFuture(id);
            }
        }
        return change(
                        this::everybody,
                        () -> {
                            if (registry.has(namespace)) {
                                members.keySet().forEach(controllerId -> offerNow(id, controllerId));
                            }
                        },
                        NvmSubsystem::nothing)
                .thenApply(done -> id);
    }

    /** As {@link #add(BlockDevice, int)}, with the back end's own blocks. */
    public CompletableFuture<Integer> add(BlockDevice device) {
        return add(device, device.blockSizeBytes());
    }

    /**
     * Takes a namespace from every controller, releases its back end and closes it; guests hear of it. The data stays, unless a host
     * has created the namespace: that is deleted.
     *
     * @return completes when the back end is closed; exceptionally if its data could not be made durable
     * @throws IllegalArgumentException if there is no such namespace
     */
    public CompletableFuture<Void> remove(int namespaceId) {
        Namespace namespace = namespace(namespaceId)
                .orElseThrow(() -> new IllegalArgumentException("there is no namespace " + namespaceId));
        return namespace.fromPool() ? deleteCreated(namespace) : delete(namespace, namespace.device()::close);
    }

    /** The capacity of all namespaces and of the room for more, in bytes. */
    public synchronized long totalBytes() {
        long bytes = pool.map(BlockDevicePool::totalBytes).orElse(0L);
        for (Namespace namespace : registry.all()) {
            if (!namespace.fromPool()) {
                bytes += namespace.device().blockCount() * namespace.device().blockSizeBytes();
            }
        }
        return bytes;
    }

    /** The room for namespaces that hosts create, in bytes. */
    public long unallocatedBytes() {
        return pool.map(BlockDevicePool::unallocatedBytes).orElse(0L);
    }

    // ---- for controllers ----

    /**
     * Makes a namespace in the pool for a host. It is attached to nobody.
     *
     * @param sizeBytes not 0, and whole blocks
     * @param shared whether several controllers may have it, if there may be several
     * @return complete when it is there, exceptionally if it could not be made; empty if there are {@link #MAXIMUM_NAMESPACES} already
     */
    public Optional<CompletableFuture<Namespace>> create(long sizeBytes, int formatIndex, boolean shared) {
        int id;
        synchronized (this) {
            if (closed || pool.isEmpty()) {
                return Optional.of(CompletableFuture.failedFuture(
                        new InsufficientCapacityException("there is no room for namespaces")));
            }
            id = registry.reserve(MAXIMUM_NAMESPACES);
            if (id == 0) {
                return Optional.empty();
            }
            return Optional.of(CompletableFuture.supplyAsync(
                    () -> createNow(pool.get(), id, sizeBytes, formatIndex, shared && multipleControllers), worker));
        }
    }

    /**
     * As {@link #create(long, int, boolean)}, with the NSID that the namespace has at another place, and at once. Not for control threads
     * that have a guest: it waits for the medium.
     *
     * @throws BlockDeviceException if it could not be made
     * @throws IllegalArgumentException if the NSID is taken or cannot be
     * @throws IllegalStateException if there is no pool, or the media are not {@linkplain #owned() owned}
     */
    public Namespace createAs(int namespaceId, long sizeBytes, int formatIndex) {
        BlockDevicePool room =
                pool.orElseThrow(() -> new IllegalStateException("there is no pool in which it could be made"));
        reserveForPool(namespaceId);
        return createNow(room, namespaceId, sizeBytes, formatIndex, multipleControllers);
    }

    private Namespace createNow(BlockDevicePool room, int id, long sizeBytes, int formatIndex, boolean sharing) {
        int blockBytes = NamespaceFormat.blockBytes(formatIndex);
        synchronized (media) {
            BlockDevice device;
            try {
                requireOwned();
                device = room.create(id, sizeBytes, blockBytes, BlockIdentity.random());
            } catch (RuntimeException | Error e) {
                giveUp(id);
                throw e;
            }
            try {
                Namespace namespace = new Namespace(id, device, NamespaceFormat.ofDevice(blockBytes), sharing, true);
                device.activate();
                if (!enter(namespace)) {
                    throw new IllegalStateException("the subsystem is closed");
                }
                return namespace;
            } catch (RuntimeException | Error e) {
                giveUp(id);
                room.delete(device);
                throw e;
            }
        }
    }

    /**
     * Deletes a namespace that a host has created, with its data. Another that is not {@linkplain Namespace#fromPool() of the pool} stays.
     *
     * @return complete when its room is free again; exceptionally with an {@link IllegalStateException} if somebody else deletes it already
     */
    public CompletableFuture<Void> deleteCreated(Namespace namespace) {
        if (!namespace.fromPool()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(namespace + " is not a host's"));
        }
        if (!owned) {
            return CompletableFuture.failedFuture(notOwned());
        }
        return delete(namespace, () -> pool.orElseThrow().delete(namespace.device()));
    }

    synchronized void reserveForPool(int id) {
        if (id < 1 || id > MAXIMUM_NAMESPACES || !registry.reserveThis(id)) {
            throw new IllegalArgumentException(
                    "there cannot be a namespace %d in the pool: the identifier is taken, or above %d"
                            .formatted(id, MAXIMUM_NAMESPACES));
        }
    }

    /**
     * Adds a controller. It gets what every controller has, unless a host has taken it from a controller of this identifier, and what hosts
     * have attached to that one.
     *
     * @throws IllegalStateException if its identifier is taken, or the subsystem has its only controller
     */
    public synchronized void join(SubsystemMember member) {
        int id = member.controllerId();
        if (closed) {
            throw new IllegalStateException("the subsystem is closed");
        }
        if (members.containsKey(id)) {
            throw new IllegalStateException("the subsystem has a controller " + id + " already");
        }
        if (!multipleControllers && !members.isEmpty()) {
            throw new IllegalStateException("the subsystem was made for one controller, and has it");
        }
        members.put(id, member);
        for (Namespace namespace : registry.all()) {
            if (registry.meet(namespace.id(), id)
                    && remembered.attachment(namespace, id).orElse(!namespace.fromPool())) {
                var ignored = registry.attach(namespace.id(), id);
            }
        }
        changes.joined(member);
    }

    /** The controller is gone; it has closed its channels. If it joins again, it has what it had. */
    public synchronized void leave(SubsystemMember member) {
        if (members.remove(member.controllerId(), member)) {
            changes.left(member);
        }
    }

    // ---- the media, which another process may have ----

    /** Whether the back ends are this process's: between {@link #takeOver} and {@link #letGo}. */
    public boolean owned() {
        return owned;
    }

    /**
     * Activates all back ends, or none. Waits for the media: not under a lock, nor on a poller. Without effect if they are owned.
     *
     * @throws BlockDeviceException if one cannot be activated, or has shrunk since it was last looked at; the message names it
     */
    public void takeOver() {
        synchronized (media) {
            if (owned) {
                return;
            }
            requireOpen();
            BackEnds.activate(pool, this::namespacesNow);
            synchronized (this) {
                owned = true;
            }
        }
    }

    /** Whether the namespaces are this subsystem's to serve. */
    public Ownership ownership() {
        return ownership;
    }

    /** What keeps a member from being moved elsewhere with all namespaces, in a sentence; empty if nothing does. */
    public synchronized Optional<String> moveRefusal(SubsystemMember member) {
        for (SubsystemMember other : otherThan(member)) {
            if (other.inUse()) {
                return Optional.of("controller " + other.controllerId() + " of the same subsystem has a host, too");
            }
        }
        return letGoRefusal();
    }

    /** What keeps the media from being let go, in a sentence; empty if nothing does. */
    public synchronized Optional<String> letGoRefusal() {
        if (!formats.isEmpty()) {
            return Optional.of("namespace " + Collections.min(formats.keySet()) + " is being formatted");
        }
        return changes.present() == null
                ? Optional.empty()
                : Optional.of("namespaces are being attached, detached or deleted");
    }

    /**
     * Makes everything durable and releases all back ends, so that another process may activate them. Until the next {@link #takeOver} no namespace
     * is created, deleted, formatted or attached, and requests end with {@link io.vfiouser.nvme.block.BlockStatus#NOT_ACTIVE}. Waits for the media:
     * not under a lock, nor on a poller. Without effect if they are not owned.
     *
     * @throws BlockDeviceException if data could not be made durable; all are released all the same
     * @throws IllegalStateException with what {@link #letGoRefusal} says; nothing has changed then
     */
    public void letGo() {
        synchronized (media) {
            synchronized (this) {
                if (!owned) {
                    return;
                }
                letGoRefusal().ifPresent(why -> {
                    throw new IllegalStateException(why);
                });
                owned = false;
            }
            BackEnds.release(pool, namespaces());
        }
    }

    /** All namespaces, those included that others have made in the pool meanwhile. */
    private List<Namespace> namespacesNow() {
        Map<Integer, BlockDevice> existing = pool.map(BlockDevicePool::existing).orElse(Map.of());
        for (Namespace namespace : namespaces()) {
            if (namespace.fromPool()
                    && !namespace.leaving()
                    && !namespace.device().equals(existing.get(namespace.id()))) {
                var ignored = delete(namespace, NvmSubsystem::nothing);
            }
        }
        existing.forEach((id, device) -> {
            boolean known = namespace(id).map(Namespace::fromPool).orElse(false);
            if (!known) {
                reserveForPool(id);
                enterFromPool(id, device);
            }
        });
        return namespaces();
    }

    void enterFromPool(int id, BlockDevice device) {
        NamespaceFormat format = NamespaceFormat.ofDevice(device.blockSizeBytes());
        var ignored = enter(new Namespace(id, device, format, multipleControllers, true));
    }

    private void requireOwned() {
        if (!owned) {
            throw notOwned();
        }
    }

    private static IllegalStateException notOwned() {
        return new IllegalStateException("the namespaces are not this server's at present: another one has them");
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the subsystem is closed");
        }
    }

    // ---- passing for another subsystem ----

    /**
     * Why this subsystem cannot pass for another with this member as its controller, in a sentence that names what is missing; empty if it
     * can. Changes nothing.
     */
    public Optional<String> adoptionRefusal(SubsystemMember member, AdoptedSubsystem adopted) {
        synchronized (media) {
            if (!owned && pool.isPresent() && !closed) {
                try {
                    var ignored = namespacesNow();
                } catch (BlockDeviceException | IllegalArgumentException e) {
                    return Optional.of(String.valueOf(e.getMessage()));
                }
            }
        }
        synchronized (this) {
            return closed || !has(member)
                    ? Optional.of("the controller has ended")
                    : adoption(member, adopted).refusal();
        }
    }

    /**
     * Passes for another subsystem from now on, with this member as its controller: identities, formats and what is attached to the member
     * become those that the host knows; a namespace that the host does not know is not attached. No event tells of it. Where there is a file
     * of settings it is remembered there.
     *
     * <p>On the member's control thread. The member stands still, and looks at {@link #attachedTo} and the namespaces' formats
     * afterwards; other members have no host.
     *
     * @throws IllegalArgumentException with what {@link #adoptionRefusal} says; nothing has changed then
     */
    public void adopt(SubsystemMember member, AdoptedSubsystem adopted) {
        adoptionRefusal(member, adopted).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
        adoptNow(member, adopted);
    }

    private synchronized void adoptNow(SubsystemMember member, AdoptedSubsystem adopted) {
        adoption(member, adopted).carryOut();
        identity = adopted.identity();
        if (member.controllerId() != adopted.controllerId()) {
            members.remove(member.controllerId());
            members.put(adopted.controllerId(), member);
            member.adoptControllerId(adopted.controllerId());
        }
        remembered.put(ownIdentity, adopted, registry.all());
        // The others still have channels that were made for the formats of before.
        var ignored = change(() -> otherThan(member), NvmSubsystem::nothing, NvmSubsystem::nothing);
    }

    private Adoption adoption(SubsystemMember member, AdoptedSubsystem adopted) {
        Set<Integer> others = new HashSet<>(members.keySet());
        others.remove(member.controllerId());
        return new Adoption(registry, others, adopted);
    }

    private boolean has(SubsystemMember member) {
        return Objects.equals(members.get(member.controllerId()), member);
    }

    private Collection<SubsystemMember> otherThan(SubsystemMember member) {
        List<SubsystemMember> others = new ArrayList<>(members.values());
        others.remove(member);
        return others;
    }

    /** The smallest controller identifier from 1 on that is free. */
    public synchronized int freeControllerId() {
        int id = 1;
        while (members.containsKey(id)) {
            id++;
        }
        return id;
    }

    /** Identifiers of all controllers, in ascending order. */
    public synchronized List<Integer> controllers() {
        return List.copyOf(members.keySet());
    }

    /** What is attached to a controller, in the order of the identifiers. */
    public synchronized List<Namespace> attachedTo(SubsystemMember member) {
        return registry.attachedTo(member.controllerId());
    }

    /** The controllers that have a namespace, in ascending order. */
    public synchronized List<Integer> controllersWith(Namespace namespace) {
        if (!registry.has(namespace)) {
            return List.of();
        }
        List<Integer> present = new ArrayList<>(registry.controllersWith(namespace.id()));
        present.retainAll(members.keySet());
        return List.copyOf(present);
    }

    /**
     * The change that this member has to stand still for or take over, if any. On the member's control thread, at each pass: cheap if
     * there is none.
     */
    public @Nullable NamespaceChange changeFor(SubsystemMember member) {
        return changes.present() == null ? null : concerning(member);
    }

    private synchronized @Nullable NamespaceChange concerning(SubsystemMember member) {
        NamespaceChange change = changes.present();
        return change != null && change.concerns(member) ? change : null;
    }

    /** The member stands still for the change: nothing of it is outstanding in any namespace, until it has taken the change over. */
    public synchronized void standsStill(SubsystemMember member, NamespaceChange change) {
        changes.standsStill(member, change);
    }

    /** The member has taken over what {@link #attachedTo} and the namespaces' formats say now. */
    public synchronized void takenOver(SubsystemMember member, NamespaceChange change) {
        changes.takenOver(member, change);
    }

    /** Attaches a namespace to controllers: to all, or to none if one of them cannot have it. */
    public CompletableFuture<AttachmentOutcome> attach(Namespace namespace, Collection<Integer> controllerIds) {
        return changeAttachment(namespace, controllerIds, true);
    }

    /** Takes a namespace from controllers: from all, or from none if one of them does not have it. */
    public CompletableFuture<AttachmentOutcome> detach(Namespace namespace, Collection<Integer> controllerIds) {
        return changeAttachment(namespace, controllerIds, false);
    }

    private CompletableFuture<AttachmentOutcome> changeAttachment(
            Namespace namespace, Collection<Integer> controllerIds, boolean attach) {
        if (!owned) {
            return CompletableFuture.failedFuture(notOwned());
        }
        Set<Integer> ids = Set.copyOf(controllerIds);
        AttachmentOutcome now = attachmentOutcome(namespace, ids, attach);
        if (now != AttachmentOutcome.DONE) {
            // Nobody stands still for that.
            return CompletableFuture.completedFuture(now);
        }
        AtomicReference<AttachmentOutcome> outcome = new AtomicReference<>(now);
        return change(
                        () -> members(ids),
                        () -> {
                            // Again: others may have been faster.
                            outcome.set(attachmentOutcome(namespace, ids, attach));
                            if (outcome.get() == AttachmentOutcome.DONE) {
                                ids.forEach(id -> changeAttachmentNow(namespace, id, attach));
                            }
                        },
                        NvmSubsystem::nothing)
                .thenApply(done -> outcome.get());
    }

    private synchronized AttachmentOutcome attachmentOutcome(Namespace namespace, Set<Integer> ids, boolean attach) {
        if (!registry.has(namespace) || namespace.leaving()) {
            return AttachmentOutcome.NAMESPACE_GONE;
        }
        if (!members.keySet().containsAll(ids)) {
            return AttachmentOutcome.CONTROLLER_UNKNOWN;
        }
        List<Integer> with = controllersWith(namespace);
        if (!attach) {
            return with.containsAll(ids) ? AttachmentOutcome.DONE : AttachmentOutcome.NOT_ATTACHED;
        }
        if (!Collections.disjoint(with, ids)) {
            return AttachmentOutcome.ALREADY_ATTACHED;
        }
        boolean oneIsEnough = namespace.shared() || (with.isEmpty() && ids.size() == 1);
        return oneIsEnough ? AttachmentOutcome.DONE : AttachmentOutcome.PRIVATE;
    }

    private void changeAttachmentNow(Namespace namespace, int controllerId, boolean attach) {
        if (!attach) {
            detachNow(namespace.id(), controllerId);
            return;
        }
        if (!namespace.shared()) {
            // A controller that has gone does not get it back then.
            registry.controllersWith(namespace.id()).forEach(gone -> registry.detach(namespace.id(), gone));
        }
        attachNow(namespace.id(), controllerId);
    }

    /**
     * Takes a namespace from all controllers and forgets it, after a format that is under way has ended, which is cut short.
     *
     * @param aftermath what to do with its back end, on {@link #worker()}
     * @return complete when that is done; exceptionally if it failed, or somebody else deletes the namespace already
     */
    CompletableFuture<Void> delete(Namespace namespace, Runnable aftermath) {
        CompletableFuture<Void> format;
        synchronized (this) {
            if (!registry.has(namespace) || namespace.leaving()) {
                return CompletableFuture.failedFuture(new IllegalStateException(namespace + " is gone already"));
            }
            namespace.leave();
            format = formats.getOrDefault(namespace.id(), CompletableFuture.completedFuture(null));
        }
        return format.handle((done, failure) -> true)
                .thenCompose(ended -> change(
                        () -> membersWith(namespace),
                        () -> {
                            for (int controllerId : registry.controllersWith(namespace.id())) {
                                detachNow(namespace.id(), controllerId);
                            }
                            registry.remove(namespace.id());
                            remembered.forget(namespace.id());
                            stopListening(namespace);
                        },
                        () -> {
                            awaitEndOfCopy(namespace);
                            synchronized (media) {
                                aftermath.run();
                            }
                        }));
    }

    /** Whoever copies the namespace, and has a channel to it, gives up as soon as it sees that it is gone. */
    private static void awaitEndOfCopy(Namespace namespace) {
        long begin = System.nanoTime();
        while (namespace.changes().started() && System.nanoTime() - begin < COPY_PATIENCE_NANOS) {
            LockSupport.parkNanos(namespace, COPY_NAP_NANOS);
        }
    }

    /**
     * Formats namespaces: none of their blocks is accessible until all of them are zero and durable. It goes on whatever becomes of
     * the controllers. After a failure a namespace has the format it had before.
     *
     * @return complete when all are accessible again; empty if one of them is being formatted or removed: then nothing happens
     */
    public Optional<CompletableFuture<Void>> format(List<Namespace> namespaces, int formatIndex) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        synchronized (this) {
            if (!owned) {
                return Optional.of(CompletableFuture.failedFuture(notOwned()));
            }
            for (Namespace namespace : namespaces) {
                if (!registry.has(namespace) || namespace.leaving() || namespace.formatting()) {
                    return Optional.empty();
                }
            }
            for (Namespace namespace : namespaces) {
                namespace.formatting(true);
                CompletableFuture<Void> format = format(namespace, formatIndex);
                formats.put(namespace.id(), format);
                all.add(format);
            }
        }
        return Optional.of(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
    }

    private CompletableFuture<Void> format(Namespace namespace, int formatIndex) {
        int before = namespace.format().index();
        namespace.formatRemainingPercent(100);
        return change(() -> membersWith(namespace), () -> namespace.ready(false), NvmSubsystem::nothing)
                .thenRunAsync(
                        () -> new NamespaceEraser(
                                        namespace.device(),
                                        namespace.changes(),
                                        () -> closed || namespace.leaving(),
                                        namespace::formatRemainingPercent)
                                .erase(),
                        formatter)
                .handle((done, failure) -> Optional.<Throwable>ofNullable(failure))
                .thenCompose(failure -> endFormat(namespace, failure.isEmpty() ? formatIndex : before)
                        .thenAccept(ended -> failure.ifPresent(cause -> {
                            throw new CompletionException(cause);
                        })));
    }

    private CompletableFuture<Void> endFormat(Namespace namespace, int formatIndex) {
        return change(
                () -> membersWith(namespace),
                () -> {
                    namespace.format(
                            NamespaceFormat.of(formatIndex, namespace.device().blockSizeBytes()));
                    remembered.formatted(namespace);
                    namespace.formatRemainingPercent(0);
                    namespace.ready(true);
                    namespace.formatting(false);
                    formats.remove(namespace.id());
                    announce(namespace.id());
                },
                NvmSubsystem::nothing);
    }

    /** An NVM subsystem reset, which this controller was asked for: resets the others. Base 2.1, section 3.7.1. */
    public synchronized void resetOthers(SubsystemMember asked) {
        for (SubsystemMember member : members.values()) {
            if (member.controllerId() != asked.controllerId()) {
                member.subsystemReset();
            }
        }
    }

    /** Where what blocks may be done: one thread, in the order of the calls. */
    public ExecutorService worker() {
        return worker;
    }

    /**
     * Releases and closes all back ends.
     *
     * @throws BlockDeviceException if data could not be made durable; everything is closed all the same
     * @throws IllegalStateException if there are controllers: close them first
     */
    @Override
    public void close() {
        List<Namespace> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (!members.isEmpty()) {
                throw new IllegalStateException(
                        "the subsystem has controllers " + members.keySet() + ": close them first");
            }
            closed = true;
            all = registry.all();
            for (Namespace namespace : all) {
                stopListening(namespace);
            }
        }
        formatter.close();
        worker.close();
        List<AutoCloseable> backEnds = new ArrayList<>();
        for (Namespace namespace : all.reversed()) {
            if (!namespace.fromPool()) {
                backEnds.add(namespace.device());
            }
        }
        pool.ifPresent(backEnds::add);
        closeAll(backEnds);
    }

    private static void closeAll(List<AutoCloseable> backEnds) {
        RuntimeException first = null;
        for (AutoCloseable each : backEnds) {
            try {
                each.close();
            } catch (Exception e) {
                RuntimeException failure = e instanceof RuntimeException r ? r : new IllegalStateException(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void nothing() {}

    /** See {@link NamespaceChange}. */
    private synchronized CompletableFuture<Void> change(
            Supplier<Collection<SubsystemMember>> concerned, Runnable action, Runnable aftermath) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("the subsystem is closed"));
        }
        NamespaceChange change = new NamespaceChange(concerned, action, aftermath);
        changes.request(change);
        return change.completion();
    }

    private Collection<SubsystemMember> everybody() {
        return members.values();
    }

    private Collection<SubsystemMember> members(Collection<Integer> controllerIds) {
        List<SubsystemMember> found = new ArrayList<>();
        for (int controllerId : controllerIds) {
            SubsystemMember member = members.get(controllerId);
            if (member != null) {
                found.add(member);
            }
        }
        return found;
    }

    private Collection<SubsystemMember> membersWith(Namespace namespace) {
        return members(controllersWith(namespace));
    }

    private void offerNow(int namespaceId, int controllerId) {
        if (registry.offer(namespaceId, controllerId)) {
            changed(namespaceId, controllerId);
        }
    }

    private void attachNow(int namespaceId, int controllerId) {
        remember(namespaceId, controllerId, true);
        if (registry.attach(namespaceId, controllerId)) {
            changed(namespaceId, controllerId);
        }
    }

    private void detachNow(int namespaceId, int controllerId) {
        remember(namespaceId, controllerId, false);
        if (registry.detach(namespaceId, controllerId)) {
            changed(namespaceId, controllerId);
        }
    }

    private void remember(int namespaceId, int controllerId, boolean attached) {
        Namespace namespace = registry.find(namespaceId);
        if (namespace != null) {
            remembered.attached(namespace, controllerId, attached);
        }
    }

    private void changed(int namespaceId, int controllerId) {
        SubsystemMember member = members.get(controllerId);
        if (member != null) {
            member.namespaceChanged(namespaceId);
        }
    }

    private synchronized int reserveIdentifier() {
        if (closed) {
            throw new IllegalStateException("the subsystem is closed");
        }
        int id = registry.reserve(MAXIMUM_NAMESPACES);
        if (id == 0) {
            throw new IllegalStateException(
                    "a subsystem has at most " + MAXIMUM_NAMESPACES + " namespaces: remove one first");
        }
        return id;
    }

    private synchronized void giveUp(int namespaceId) {
        registry.giveUp(namespaceId);
    }

    /** Returns whether the subsystem is still there to take it. */
    private synchronized boolean enter(Namespace namespace) {
        if (closed) {
            registry.giveUp(namespace.id());
            return false;
        }
        remembered.apply(namespace);
        registry.add(namespace);
        ResizeListener listener = (device, before, now) -> resized(namespace);
        namespace.device().addResizeListener(listener);
        listeners.put(namespace.id(), listener);
        return true;
    }

    private void stopListening(Namespace namespace) {
        ResizeListener listener = listeners.remove(namespace.id());
        if (listener != null) {
            namespace.device().removeResizeListener(listener);
        }
    }

    private synchronized void resized(Namespace namespace) {
        if (registry.has(namespace)) {
            announce(namespace.id());
        }
    }

    private void announce(int namespaceId) {
        for (int controllerId : registry.controllersWith(namespaceId)) {
            SubsystemMember member = members.get(controllerId);
            if (member != null) {
                member.namespaceChanged(namespaceId);
                member.wakeUp();
            }
        }
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }
}
