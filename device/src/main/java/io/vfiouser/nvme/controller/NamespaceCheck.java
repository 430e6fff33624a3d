package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.NamespaceState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.subsystem.AdoptedNamespace;
import io.vfiouser.nvme.subsystem.AdoptedSubsystem;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;
import java.util.ArrayList;
import java.util.List;

/** Whether the namespaces here can be the ones that a host knows: see {@link RestoreCheck}. */
final class NamespaceCheck {
    private NamespaceCheck() {}

    /** As what a subsystem has to pass for. */
    static AdoptedSubsystem adopted(ControllerState state) {
        List<AdoptedNamespace> namespaces = new ArrayList<>();
        for (NamespaceState each : state.namespaces()) {
            namespaces.add(
                    new AdoptedNamespace(each.id(), each.identity(), formatIndex(each.blockBytes()), each.attached()));
        }
        return new AdoptedSubsystem(state.limits().subsystem(), state.limits().controllerId(), namespaces);
    }

    static void check(ControllerState state, SubsystemShare share, StorageMode storage) {
        Refusal.unlessAscending(
                state.namespaces().stream().map(NamespaceState::id).toList(), "namespaces");
        for (NamespaceState each : state.namespaces()) {
            Refusal.unless(
                    formatIndex(each.blockBytes()) >= 0,
                    () -> "namespace %d of the source has blocks of %d bytes, which this program does not know"
                            .formatted(each.id(), each.blockBytes()));
        }
        share.adoptionRefusal(adopted(state)).ifPresent(why -> {
            throw new StateRefusedException("%s".formatted(why));
        });
        for (NamespaceState each : state.namespaces()) {
            Namespace here = share.subsystem()
                    .namespace(each.id())
                    .orElseThrow(() -> new StateRefusedException("there is no namespace %d here".formatted(each.id())));
            check(each, here);
            if (storage == StorageMode.SHARED) {
                Refusal.unless(
                        here.identity().equals(each.identity()),
                        () -> ("namespace %d is another one here: its UUID is %s, that of the source's %s;"
                                        + " both have to serve the same storage")
                                .formatted(
                                        each.id(),
                                        here.identity().uuid(),
                                        each.identity().uuid()));
            }
        }
    }

    private static void check(NamespaceState there, Namespace here) {
        BlockCapabilities can = here.device().capabilities();
        int id = there.id();
        Refusal.unlessWithin(
                0, Long.MAX_VALUE / there.blockBytes(), there.blockCount(), "the capacity of namespace " + id);
        long bytes = there.blockCount() * there.blockBytes();
        long bytesHere = here.device().blockCount() * here.device().blockSizeBytes();
        Refusal.unless(
                bytes <= bytesHere,
                () -> "namespace %d has %d bytes at the source, but only %d here: give it as much storage"
                        .formatted(id, bytes, bytesHere));
        same(id, "may be written to", "is read-only", !there.readOnly(), !can.readOnly());
        same(
                id,
                "has a volatile write cache",
                "has no volatile write cache",
                there.volatileCache(),
                can.volatileCache());
        same(id, "may belong to several controllers", "belongs to one controller only", there.shared(), here.shared());
        same(id, "may be deleted by its host", "may not be deleted by its host", there.fromPool(), here.fromPool());
        Refusal.unless(
                there.deallocatedReads() == can.deallocatedReads(),
                () ->
                        "deallocated blocks of namespace %d read as %s at the source, as %s here: use the same kind of storage"
                                .formatted(id, there.deallocatedReads(), can.deallocatedReads()));
        Refusal.unlessWithin(0, Integer.MAX_VALUE, there.atomicBlocks(), "the atomic unit of namespace " + id);
        int atomicHere = ControllerSaver.atomicBlocks(here, there.blockBytes());
        Refusal.unless(
                there.atomicBlocks() <= atomicHere,
                () ->
                        ("namespace %d changes up to %d blocks at once at the source, but only %d here: use storage that does as"
                                        + " much")
                                .formatted(id, there.atomicBlocks(), atomicHere));
    }

    private static void same(int id, String yes, String no, boolean there, boolean here) {
        Refusal.unless(
                there == here,
                () -> "namespace %d %s at the source, but %s here: start both alike"
                        .formatted(id, there ? yes : no, here ? yes : no));
    }

    /** -1 for a size that no format has. */
    private static int formatIndex(int blockBytes) {
        for (int i = 0; i < NamespaceFormat.count(); i++) {
            if (NamespaceFormat.blockBytes(i) == blockBytes) {
                return i;
            }
        }
        return -1;
    }
}
