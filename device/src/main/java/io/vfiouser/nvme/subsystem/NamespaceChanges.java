package io.vfiouser.nvme.subsystem;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The changes that are asked for, one after the other. Guarded by the subsystem's lock, but for {@link #present()}. */
final class NamespaceChanges {
    private final Deque<NamespaceChange> waiting = new ArrayDeque<>();
    private final Executor finisher;
    private volatile @Nullable NamespaceChange present;

    /** {@code finisher} runs what is left when a change was made: never on the thread that calls, which holds the lock. */
    NamespaceChanges(Executor finisher) {
        this.finisher = finisher;
    }

    /** The change under way, if any. */
    @Nullable
    NamespaceChange present() {
        return present;
    }

    void request(NamespaceChange change) {
        waiting.add(change);
        beginNext();
    }

    /** A member has joined: a change that is under way may concern it, too. */
    void joined(SubsystemMember member) {
        NamespaceChange change = present;
        if (change != null && change.joined(member)) {
            member.wakeUp();
        }
    }

    void standsStill(SubsystemMember member, NamespaceChange change) {
        if (present == change && !change.made()) {
            change.standsStill(member);
            makeIfNobodyMoves(change);
        }
    }

    void takenOver(SubsystemMember member, NamespaceChange change) {
        if (present == change) {
            change.takenOver(member);
            endIfNobodyBehind(change);
        }
    }

    /** The member is gone: nobody waits for it. */
    void left(SubsystemMember member) {
        NamespaceChange change = present;
        if (change != null && change.concerns(member)) {
            change.takenOver(member);
            if (!change.made()) {
                makeIfNobodyMoves(change);
            } else {
                endIfNobodyBehind(change);
            }
        }
    }

    private void beginNext() {
        while (present == null && !waiting.isEmpty()) {
            NamespaceChange change = waiting.remove();
            change.begin();
            present = change;
            if (change.nobodyMoves()) {
                makeIfNobodyMoves(change);
            } else {
                change.wakeUpConcerned();
            }
        }
    }

    private void makeIfNobodyMoves(NamespaceChange change) {
        if (change.nobodyMoves()) {
            change.make();
            change.wakeUpConcerned();
            endIfNobodyBehind(change);
        }
    }

    private void endIfNobodyBehind(NamespaceChange change) {
        if (change.nobodyBehind()) {
            present = null;
            finisher.execute(change::finish);
            beginNext();
        }
    }
}
