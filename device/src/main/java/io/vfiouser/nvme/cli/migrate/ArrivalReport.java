package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.mover.Arrival;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device that arrived, and what its guest did afterwards.
 *
 * @param id of the move
 * @param sender where it came from
 * @param protocol how state travels to the destination's server: {@code v1} or {@code v2}
 * @param device what it is, in words
 * @param load what the guest did, in words; empty if nothing
 * @param memoryBytes guest memory that came, pages that came again included
 * @param streamBytes of the device
 * @param guestBytes what the guest had to know
 * @param standstillNanos from the last of the stream to the moment the guest went on
 * @param outcome how it ended here
 * @param reason why it ended otherwise than {@link Outcome#MOVED}; otherwise empty
 * @param verification what was compared, here and before; empty without a workload
 */
public record ArrivalReport(
        String id,
        String sender,
        String protocol,
        String device,
        String load,
        long memoryBytes,
        long streamBytes,
        long guestBytes,
        long standstillNanos,
        Outcome outcome,
        String reason,
        Optional<Verification> verification) {

    /** Puts it together. */
    public static ArrivalReport of(
            Arrival arrival, Passenger passenger, Outcome outcome, String reason, Optional<Verification> verification) {
        return new ArrivalReport(
                arrival.id().toString(),
                arrival.sender(),
                Steps.name(arrival.device().protocol()),
                passenger.device(),
                passenger.load(),
                arrival.memoryBytes(),
                arrival.streamBytes(),
                arrival.guestBytes(),
                arrival.standstillNanos(),
                outcome,
                reason,
                verification);
    }

    /** For a terminal. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("move " + id + " has arrived from " + sender + " (" + protocol + ")");
        lines.add(device + (load.isEmpty() ? ", no workload" : ", " + load));
        lines.add(String.format(
                Locale.ROOT,
                "received     %s MiB of memory, %s MiB of the device, %d bytes of the guest",
                Quantity.mib(memoryBytes),
                Quantity.mib(streamBytes),
                guestBytes));
        verification.ifPresent(found -> {
            lines.add(Headline.verified(found));
            found.faults().forEach(fault -> lines.add("  " + fault));
        });
        return lines;
    }

    /** For JSON: names end in their unit. */
    public Map<String, @Nullable Object> asMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("move", id);
        map.put("sender", sender);
        map.put("outcome", outcome == Outcome.MOVED ? "moved" : outcome.words());
        map.put("reason", reason.isEmpty() ? null : reason);
        map.put("protocol", protocol);
        map.put("device", device);
        map.put("load", load.isEmpty() ? null : load);
        map.put("memory_bytes", memoryBytes);
        map.put("stream_bytes", streamBytes);
        map.put("guest_bytes", guestBytes);
        map.put("standstill_ns", standstillNanos);
        map.put("verification", verification.map(JsonReport::verification).orElse(null));
        return map;
    }
}
