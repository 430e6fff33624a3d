package io.vfiouser.nvme.subsystem;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A change of namespaces on its way: asked for, waiting for the members that are concerned to stand still, made, complete. The fields are
 * guarded by the subsystem's lock.
 */
public final class NamespaceChange {
    private final Supplier<Collection<SubsystemMember>> candidates;
    private final Runnable action;
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private final Set<SubsystemMember> moving = new HashSet<>();
    private final Set<SubsystemMember> behind = new HashSet<>();
    private volatile boolean made;

    /** {@code concerned} is asked when the change's turn has come. */
    NamespaceChange(Supplier<Collection<SubsystemMember>> concerned, Runnable action) {
        this.candidates = concerned;
        this.action = action;
    }

    /** Whether the change was made, so that members take it over and go on. */
    public boolean made() {
        return made;
    }

    /** Whether all members have taken it over. */
    public boolean complete() {
        return completion.isDone();
    }

    /** Completes when all members have taken the change over; exceptionally if it could not be made. */
    public CompletableFuture<Void> completion() {
        return completion;
    }

    void begin() {
        moving.addAll(candidates.get());
        behind.addAll(moving);
    }

    boolean concerns(SubsystemMember member) {
        return behind.contains(member);
    }

    Set<SubsystemMember> concerned() {
        return behind;
    }

    /** Everybody but this member may still move. Returns whether nobody does any more. */
    boolean standsStill(SubsystemMember member) {
        return moving.remove(member) && moving.isEmpty();
    }

    boolean nobodyMoves() {
        return moving.isEmpty();
    }

    /** This member has taken the change over, or is gone. Returns whether nobody is behind. */
    boolean takenOver(SubsystemMember member) {
        moving.remove(member);
        behind.remove(member);
        return behind.isEmpty();
    }

    boolean nobodyBehind() {
        return behind.isEmpty();
    }

    void make() {
        try {
            action.run();
        } catch (RuntimeException e) {
            completion.completeExceptionally(e);
        }
        made = true;
    }
}
