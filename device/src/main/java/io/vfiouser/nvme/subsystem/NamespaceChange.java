package io.vfiouser.nvme.subsystem;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A change of namespaces on its way: asked for, waiting for the members that are concerned to stand still, made, taken over by all of them,
 * complete. The fields are guarded by the subsystem's lock.
 */
public final class NamespaceChange {
    private final Supplier<Collection<SubsystemMember>> candidates;
    private final Runnable action;
    private final Runnable aftermath;
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private final Set<SubsystemMember> moving = new HashSet<>();
    private final Set<SubsystemMember> behind = new HashSet<>();
    private @Nullable Throwable failure;
    private volatile boolean made;

    /**
     * @param concerned is asked when the change's turn has come
     * @param action makes the change, under the subsystem's lock, while all who are concerned stand still
     * @param aftermath what is left to do when all have taken it over; may block, and holds no lock
     */
    NamespaceChange(Supplier<Collection<SubsystemMember>> concerned, Runnable action, Runnable aftermath) {
        this.candidates = concerned;
        this.action = action;
        this.aftermath = aftermath;
    }

    /** Whether the change was made, so that members take it over and go on. */
    public boolean made() {
        return made;
    }

    /** Completes when all members have taken the change over; exceptionally if it could not be made. */
    CompletableFuture<Void> completion() {
        return completion;
    }

    void begin() {
        moving.addAll(candidates.get());
        behind.addAll(moving);
    }

    /** A member has joined since {@link #begin}, which the change may concern, too. Returns whether it does. */
    boolean joined(SubsystemMember member) {
        if (made || !candidates.get().contains(member)) {
            return false;
        }
        moving.add(member);
        behind.add(member);
        return true;
    }

    boolean concerns(SubsystemMember member) {
        return behind.contains(member);
    }

    void wakeUpConcerned() {
        behind.forEach(SubsystemMember::wakeUp);
    }

    /** Everybody but this member may still move. */
    void standsStill(SubsystemMember member) {
        moving.remove(member);
    }

    boolean nobodyMoves() {
        return moving.isEmpty();
    }

    /** This member has taken the change over, or is gone. */
    void takenOver(SubsystemMember member) {
        moving.remove(member);
        behind.remove(member);
    }

    boolean nobodyBehind() {
        return behind.isEmpty();
    }

    void make() {
        try {
            action.run();
        } catch (Throwable e) {
            // Whatever it was: others stand still for this, and must be let go.
            failure = e;
        }
        made = true;
    }

    /** After everything else, without the lock, since it runs what others have attached to the completion. */
    void finish() {
        Throwable wrong = failure;
        if (wrong == null) {
            try {
                aftermath.run();
            } catch (Throwable e) {
                wrong = e;
            }
        }
        if (wrong == null) {
            completion.complete(null);
        } else {
            completion.completeExceptionally(wrong);
        }
    }
}
