package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockIdentity;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether, and how, the namespaces of a registry become those that a host knows. Under the subsystem's lock. */
final class Adoption {
    private final NamespaceRegistry registry;
    private final Set<Integer> otherControllers;
    private final AdoptedSubsystem adopted;

    /** @param otherControllers those that are present, but for the one that moves in */
    Adoption(NamespaceRegistry registry, Set<Integer> otherControllers, AdoptedSubsystem adopted) {
        this.registry = registry;
        this.otherControllers = otherControllers;
        this.adopted = adopted;
    }

    /** Why it cannot be, in a sentence. */
    Optional<String> refusal() {
        int controllerId = adopted.controllerId();
        if (controllerId < 0 || controllerId > NvmSubsystem.MAXIMUM_CONTROLLER_ID) {
            return Optional.of("the state has a controller identifier that cannot be: " + controllerId);
        }
        if (otherControllers.contains(controllerId)) {
            return Optional.of("another controller of this subsystem has the identifier " + controllerId
                    + " already: restore to that one, or end it");
        }
        Set<Integer> ids = new HashSet<>();
        Set<BlockIdentity> identities = new HashSet<>();
        for (AdoptedNamespace each : adopted.namespaces()) {
            if (!ids.add(each.id())) {
                return Optional.of("the state has two namespaces " + each.id());
            }
            if (!identities.add(each.identity())) {
                return Optional.of("the state has two namespaces of one identity, the second is " + each.id());
            }
            Optional<String> refusal = refusal(each);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<String> refusal(AdoptedNamespace wanted) {
        Namespace namespace = registry.find(wanted.id());
        if (namespace == null || namespace.leaving()) {
            return Optional.of("there is no namespace " + wanted.id() + " here: start the server with as many"
                    + " namespaces, in the same order, as the source has");
        }
        if (!namespace.ready() || namespace.formatting()) {
            return Optional.of(namespace + " is being formatted: wait until that has ended");
        }
        if (wanted.formatIndex() < 0 || wanted.formatIndex() >= NamespaceFormat.count()) {
            return Optional.of(
                    "the state has a format of " + namespace + " that there is not: " + wanted.formatIndex());
        }
        int blockBytes = NamespaceFormat.blockBytes(wanted.formatIndex());
        if (!namespace.canHave(wanted.formatIndex())) {
            return Optional.of("%s has blocks of %d bytes at the source, but its back end here has blocks of %d"
                    .formatted(namespace, blockBytes, namespace.device().blockSizeBytes()));
        }
        if (wanted.attached() && !namespace.shared()) {
            for (int controllerId : registry.controllersWith(namespace.id())) {
                if (otherControllers.contains(controllerId)) {
                    return Optional.of("%s may be attached to one controller only, and controller %d has it"
                            .formatted(namespace, controllerId));
                }
            }
        }
        return Optional.empty();
    }

    /** Makes it so; only if there is no {@link #refusal()}. What is in excess is not attached. */
    void carryOut() {
        for (Namespace namespace : registry.all()) {
            AdoptedNamespace known = find(adopted.namespaces(), namespace.id());
            boolean attached = known != null && known.attached();
            if (known != null) {
                namespace.adopt(known.identity());
                namespace.format(NamespaceFormat.of(
                        known.formatIndex(), namespace.device().blockSizeBytes()));
            }
            if (attached && !namespace.shared()) {
                // Controllers that have gone do not get it back then.
                registry.controllersWith(namespace.id()).forEach(gone -> registry.detach(namespace.id(), gone));
            }
            // Given once, so that a controller that comes back does not get what its host does not know.
            var ignored = registry.meet(namespace.id(), adopted.controllerId());
            attach(namespace.id(), attached);
        }
    }

    private void attach(int namespaceId, boolean attached) {
        int controllerId = adopted.controllerId();
        var ignored =
                attached ? registry.attach(namespaceId, controllerId) : registry.detach(namespaceId, controllerId);
    }

    private static @Nullable AdoptedNamespace find(List<AdoptedNamespace> namespaces, int id) {
        for (AdoptedNamespace each : namespaces) {
            if (each.id() == id) {
                return each;
            }
        }
        return null;
    }
}
