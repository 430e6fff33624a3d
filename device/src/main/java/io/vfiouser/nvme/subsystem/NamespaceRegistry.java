package io.vfiouser.nvme.subsystem;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which namespace exists, and to which controllers each is attached. Controllers are identifiers here: what was attached to one that has
 * gone is attached to it again when it comes back. Guarded by the subsystem's lock.
 */
final class NamespaceRegistry {
    private final TreeMap<Integer, Namespace> allocated = new TreeMap<>();
    private final Map<Integer, Set<Integer>> controllersOf = new TreeMap<>();
    /** The controllers that have been given a namespace for being there, so that one who has lost it since does not get it again. */
    private final Map<Integer, Set<Integer>> offeredTo = new TreeMap<>();
    /** Identifiers of namespaces that are being made. */
    private final Set<Integer> reserved = new TreeSet<>();

    /** The smallest identifier that no namespace has, kept free for {@link #add} or {@link #giveUp}; 0 if there is none. */
    int reserve(int largest) {
        int candidate = 1;
        while (allocated.containsKey(candidate) || reserved.contains(candidate)) {
            candidate++;
        }
        if (candidate > largest) {
            return 0;
        }
        reserved.add(candidate);
        return candidate;
    }

    /** Keeps an identifier free for {@link #add}. Returns whether it was free. */
    boolean reserveThis(int namespaceId) {
        return !allocated.containsKey(namespaceId) && reserved.add(namespaceId);
    }

    /** No namespace came of a reserved identifier. */
    void giveUp(int namespaceId) {
        reserved.remove(namespaceId);
    }

    void add(Namespace namespace) {
        reserved.remove(namespace.id());
        allocated.put(namespace.id(), namespace);
        controllersOf.put(namespace.id(), new TreeSet<>());
        offeredTo.put(namespace.id(), new TreeSet<>());
    }

    void remove(int namespaceId) {
        allocated.remove(namespaceId);
        controllersOf.remove(namespaceId);
        offeredTo.remove(namespaceId);
    }

    /** Attaches a namespace to a controller that has not been given it before. Returns whether that was so. */
    boolean offer(int namespaceId, int controllerId) {
        return meet(namespaceId, controllerId) && attach(namespaceId, controllerId);
    }

    /** The controller is there and so is the namespace, attached or not. Returns whether that is so for the first time. */
    boolean meet(int namespaceId, int controllerId) {
        return of(offeredTo, namespaceId).add(controllerId);
    }

    /** Returns whether that is new. */
    boolean attach(int namespaceId, int controllerId) {
        return of(controllersOf, namespaceId).add(controllerId);
    }

    /** Returns whether it was attached. */
    boolean detach(int namespaceId, int controllerId) {
        return of(controllersOf, namespaceId).remove(controllerId);
    }

    @Nullable
    Namespace find(int namespaceId) {
        return allocated.get(namespaceId);
    }

    /** Whether this very namespace exists, not just one that has its identifier. */
    boolean has(Namespace namespace) {
        return allocated.get(namespace.id()) == namespace;
    }

    /** All namespaces in the order of their identifiers. */
    List<Namespace> all() {
        return List.copyOf(allocated.values());
    }

    /** What a controller has, in the order of the identifiers. */
    List<Namespace> attachedTo(int controllerId) {
        List<Namespace> attached = new ArrayList<>();
        for (Namespace namespace : allocated.values()) {
            if (attached(namespace.id(), controllerId)) {
                attached.add(namespace);
            }
        }
        return List.copyOf(attached);
    }

    boolean attached(int namespaceId, int controllerId) {
        return of(controllersOf, namespaceId).contains(controllerId);
    }

    /** The controllers that have a namespace, also those that have gone, in ascending order. */
    List<Integer> controllersWith(int namespaceId) {
        return List.copyOf(of(controllersOf, namespaceId));
    }

    private static Set<Integer> of(Map<Integer, Set<Integer>> map, int namespaceId) {
        Set<Integer> controllers = map.get(namespaceId);
        if (controllers == null) {
            throw new IllegalArgumentException("there is no namespace " + namespaceId);
        }
        return controllers;
    }
}
