package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.AsynchronousEvent;
import java.util.List;

/**
 * Asynchronous events. Base 2.1, section 5.1.2.
 *
 * @param requests command identifiers of outstanding Asynchronous Event Requests, in the order they came
 * @param aborted command identifiers of requests that were aborted and whose completion is still to be posted
 * @param events queued and not yet reported, in order
 * @param masked the events last reported of types that wait for the host to read a log page
 * @param changedNamespaces what the Changed Attached Namespace List holds, ascending
 * @param announced changes that the subsystem has announced and that are not yet among {@code changedNamespaces}
 */
public record EventState(
        List<Integer> requests,
        List<Integer> aborted,
        List<AsynchronousEvent> events,
        List<MaskedType> masked,
        List<Integer> changedNamespaces,
        List<Integer> announced) {
    public EventState {
        requests = List.copyOf(requests);
        aborted = List.copyOf(aborted);
        events = List.copyOf(events);
        masked = List.copyOf(masked);
        changedNamespaces = List.copyOf(changedNamespaces);
        announced = List.copyOf(announced);
    }

    /** Events of this type wait until the host has read this log page. */
    public record MaskedType(int type, int logPage) {}
}
