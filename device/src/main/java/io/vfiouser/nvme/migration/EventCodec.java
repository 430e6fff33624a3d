package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.EventState.MaskedType;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import java.util.List;

/** Asynchronous events. */
final class EventCodec {
    /** AERL is a byte, and counts from 0. */
    private static final int MOST_REQUESTS = 256;

    private static final int MOST_EVENTS = 1 << 16;
    private static final int MOST_TYPES = 8;
    private static final int MOST_NAMESPACES = 1 << 16;
    private static final int EVENT_BYTES = 3;
    private static final int TYPE_BYTES = 2;

    private EventCodec() {}

    static void write(FieldWriter out, EventState events) {
        out.list(events.requests(), MOST_REQUESTS, out::u16);
        out.list(events.aborted(), MOST_REQUESTS, out::u16);
        out.list(events.events(), MOST_EVENTS, event -> {
            out.u8(event.type());
            out.u8(event.information());
            out.u8(event.logPage());
        });
        out.list(events.masked(), MOST_TYPES, masked -> {
            out.u8(masked.type());
            out.u8(masked.logPage());
        });
        out.list(events.changedNamespaces(), MOST_NAMESPACES, out::u32);
        out.list(events.announced(), MOST_NAMESPACES, out::u32);
    }

    static EventState read(FieldReader in) {
        return new EventState(
                in.list(MOST_REQUESTS, Short.BYTES, FieldReader::u16),
                in.list(MOST_REQUESTS, Short.BYTES, FieldReader::u16),
                in.list(MOST_EVENTS, EVENT_BYTES, e -> new AsynchronousEvent(e.u8(), e.u8(), e.u8())),
                in.list(MOST_TYPES, TYPE_BYTES, t -> new MaskedType(t.u8(), t.u8())),
                namespaces(in),
                namespaces(in));
    }

    private static List<Integer> namespaces(FieldReader in) {
        return in.list(MOST_NAMESPACES, Integer.BYTES, FieldReader::u32);
    }
}
