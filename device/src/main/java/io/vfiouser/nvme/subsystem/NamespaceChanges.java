package io.vfiouser.nvme.subsystem;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The changes that are asked for, one after the other. Guarded by the subsystem's lock, but for {@link #present()}. */
final class NamespaceChanges {
    private final Deque<NamespaceChange> waiting = new ArrayDeque<>();
    private volatile @Nullable NamespaceChange present;

    /** The change under way, if any. */
    @Nullable
    NamespaceChange present() {
        return present;
    }

    void request(NamespaceChange change) {
        waiting.add(change);
        beginNext();
    }

    void standsStill(SubsystemMember member, NamespaceChange change) {
        if (change.standsStill(member)) {
            make(change);
        }
    }

    void takenOver(SubsystemMember member, NamespaceChange change) {
        if (change.takenOver(member)) {
            end(change);
        }
    }

    /** The member is gone: nobody waits for it. */
    void left(SubsystemMember member) {
        NamespaceChange change = present;
        if (change == null || !change.concerns(member)) {
            return;
        }
        boolean last = change.standsStill(member);
        boolean none = change.takenOver(member);
        if (last && !change.made()) {
            make(change);
        } else if (none) {
            end(change);
        }
    }

    private void beginNext() {
        while (present == null && !waiting.isEmpty()) {
            NamespaceChange change = waiting.remove();
            present = change;
            change.begin();
            if (change.nobodyMoves()) {
                make(change);
            } else {
                change.concerned().forEach(SubsystemMember::wakeUp);
            }
        }
    }

    private void make(NamespaceChange change) {
        change.make();
        if (change.nobodyBehind()) {
            end(change);
        } else {
            change.concerned().forEach(SubsystemMember::wakeUp);
        }
    }

    private void end(NamespaceChange change) {
        if (present == change) {
            present = null;
            change.completion().complete(null);
            beginNext();
        }
    }
}
