package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.EventState;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.StatusCode;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Outstanding Asynchronous Event Requests and the events they wait for. Base 2.1, section 5.1.2. After an event was reported, others
 * of its type wait until the host has read the log page that belongs to it. Control thread only.
 */
final class AsynchronousEvents {
    /** Requests a host may have outstanding. */
    static final int LIMIT = 8;

    /** A completion that an outstanding request gets. */
    record Completion(int commandId, int statusField, int dw0) {}

    private final Deque<Integer> requests = new ArrayDeque<>();
    private final Deque<Integer> aborted = new ArrayDeque<>();
    private final Deque<AsynchronousEvent> events = new ArrayDeque<>();
    private final Map<Integer, Integer> logPageOfMaskedType = new HashMap<>();
    private int configuration;

    /** Takes a request on. Returns whether that was within the limit. */
    boolean request(int commandId) {
        if (requests.size() >= LIMIT) {
            return false;
        }
        requests.add(commandId);
        return true;
    }

    /** Whether a request with this command identifier was outstanding; it will complete as aborted. */
    boolean abort(int commandId) {
        if (!requests.remove(commandId)) {
            return false;
        }
        aborted.add(commandId);
        return true;
    }

    /** Takes over the Asynchronous Event Configuration: what the host does not want to hear of is forgotten. */
    void configure(int value) {
        configuration = value;
        events.removeIf(event -> !event.enabledBy(value));
    }

    /**
     * Queues an event if the host wants to hear of it, unless the same one waits already: so there are never more than there are kinds
     * of events, whatever the host does or leaves undone.
     */
    void raise(AsynchronousEvent event) {
        if (event.enabledBy(configuration) && !events.contains(event)) {
            events.add(event);
        }
    }

    /** The host has read a log page without asking to retain its events. */
    void logPageRead(int logPage) {
        logPageOfMaskedType.values().removeIf(page -> page == logPage);
    }

    /** Whether {@link #next} has something. */
    boolean pending() {
        return !aborted.isEmpty() || (!requests.isEmpty() && reportable().isPresent());
    }

    /** The next completion to be posted. Only if {@link #pending}. */
    Completion next() {
        if (!aborted.isEmpty()) {
            return new Completion(aborted.remove(), StatusCode.COMMAND_ABORT_REQUESTED.field(), 0);
        }
        int position = reportable().orElseThrow();
        Iterator<AsynchronousEvent> all = events.iterator();
        AsynchronousEvent event = all.next();
        for (int i = 0; i < position; i++) {
            event = all.next();
        }
        all.remove();
        logPageOfMaskedType.put(event.type(), event.logPage());
        return new Completion(requests.remove(), StatusCode.SUCCESS.field(), event.dw0());
    }

    /** The Asynchronous Event Configuration. */
    int configuration() {
        return configuration;
    }

    /** Forgets everything but the configuration, as a reset does. */
    void clear() {
        requests.clear();
        aborted.clear();
        events.clear();
        logPageOfMaskedType.clear();
    }

    /** All but the configuration; and what the other two parameters say. */
    EventState state(Collection<Integer> changedNamespaces, Collection<Integer> announced) {
        List<EventState.MaskedType> masked = logPageOfMaskedType.entrySet().stream()
                .map(each -> new EventState.MaskedType(each.getKey(), each.getValue()))
                .sorted(Comparator.comparingInt(EventState.MaskedType::type))
                .toList();
        return new EventState(
                List.copyOf(requests),
                List.copyOf(aborted),
                List.copyOf(events),
                masked,
                List.copyOf(changedNamespaces),
                List.copyOf(announced));
    }

    /** Takes everything but the configuration over. */
    void restore(EventState state) {
        clear();
        requests.addAll(state.requests());
        aborted.addAll(state.aborted());
        events.addAll(state.events());
        state.masked().forEach(each -> logPageOfMaskedType.put(each.type(), each.logPage()));
    }

    private OptionalInt reportable() {
        int position = 0;
        for (AsynchronousEvent event : events) {
            if (!logPageOfMaskedType.containsKey(event.type())) {
                return OptionalInt.of(position);
            }
            position++;
        }
        return OptionalInt.empty();
    }
}
