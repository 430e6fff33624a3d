package io.vfiouser.nvme.subsystem;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which namespace exists, and to which controllers each is attached. Guarded by the subsystem's lock. */
final class NamespaceRegistry {
    private final TreeMap<Integer, Namespace> allocated = new TreeMap<>();
    private final Map<Integer, Set<Integer>> controllersOf = new TreeMap<>();

    void add(Namespace namespace) {
        allocated.put(namespace.id(), namespace);
        controllersOf.put(namespace.id(), new TreeSet<>());
    }

    void remove(int namespaceId) {
        allocated.remove(namespaceId);
        controllersOf.remove(namespaceId);
    }

    void attach(int namespaceId, int controllerId) {
        controllers(namespaceId).add(controllerId);
    }

    void detach(int namespaceId, int controllerId) {
        controllers(namespaceId).remove(controllerId);
    }

    @Nullable
    Namespace find(int namespaceId) {
        return allocated.get(namespaceId);
    }

    /** All namespaces in the order of their identifiers. */
    List<Namespace> all() {
        return List.copyOf(allocated.values());
    }

    /** What a controller has, in the order of the identifiers. */
    List<Namespace> attachedTo(int controllerId) {
        List<Namespace> attached = new ArrayList<>();
        for (Namespace namespace : allocated.values()) {
            if (controllers(namespace.id()).contains(controllerId)) {
                attached.add(namespace);
            }
        }
        return List.copyOf(attached);
    }

    /** The controllers that have a namespace, in ascending order. */
    List<Integer> controllersWith(int namespaceId) {
        return List.copyOf(controllers(namespaceId));
    }

    /** The smallest identifier that no namespace has, or 0 if there is none up to {@code largest}. */
    int freeIdentifier(int largest) {
        int candidate = 1;
        while (allocated.containsKey(candidate)) {
            candidate++;
        }
        return candidate <= largest ? candidate : 0;
    }

    private Set<Integer> controllers(int namespaceId) {
        Set<Integer> controllers = controllersOf.get(namespaceId);
        if (controllers == null) {
            throw new IllegalArgumentException("there is no namespace " + namespaceId);
        }
        return controllers;
    }
}
