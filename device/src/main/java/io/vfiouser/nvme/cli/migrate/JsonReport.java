package io.vfiouser.nvme.cli.migrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A report as nested maps and lists, for JSON. Names end in their unit; what is not known is null. */
public final class JsonReport {
    private JsonReport() {}

    /** The one object. */
    public static Map<String, @Nullable Object> asMap(MigrationReport report) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("outcome", key(report.outcome()));
        map.put("reason", report.reason().isEmpty() ? null : report.reason());
        map.put("seconds", report.nanos() / 1e9);
        map.put("settings", settings(report.settings()));
        map.put("moved", report.moved());
        Spread downtime = report.downtime();
        map.put("downtime_ns", downtime.isEmpty() ? null : spread(downtime));
        map.put("moves", report.moves().stream().map(JsonReport::move).toList());
        map.put(
                "verification",
                report.verification().map(JsonReport::verification).orElse(null));
        return map;
    }

    private static Map<String, @Nullable Object> settings(RunSettings settings) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("source", settings.source());
        map.put("destination", settings.destination());
        map.put("source_protocol", settings.sourceProtocol());
        map.put("destination_protocol", settings.destinationProtocol());
        map.put("device", settings.device());
        map.put("load", settings.load().isEmpty() ? null : settings.load());
        map.put("precopy", settings.preCopy());
        map.put("storage", settings.storage().isEmpty() ? null : settings.storage());
        map.put("guest_memory_bytes", settings.guestMemoryBytes());
        map.put("rate_bytes_per_s", value(settings.bytesPerSecond()));
        return map;
    }

    private static Map<String, @Nullable Object> spread(Spread spread) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("min", spread.minimum());
        map.put("median", spread.median());
        map.put("max", spread.maximum());
        return map;
    }

    private static Map<String, @Nullable Object> move(Move move) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("number", move.number());
        map.put("from", move.from());
        map.put("to", move.to());
        map.put("outcome", key(move.outcome()));
        map.put("reason", move.reason().isEmpty() ? null : move.reason());
        map.put("start_ns", move.startNanos());
        map.put("end_ns", move.endNanos());
        map.put("downtime_ns", value(move.downtimeNanos()));
        map.put("stopped_ns", value(move.stoppedNanos()));
        map.put("memory_bytes", move.bytes(Round.What.MEMORY));
        map.put("device_bytes", move.bytes(Round.What.DEVICE));
        map.put("iops_before", value(move.commandsPerSecondBefore()));
        map.put("iops_during", value(move.commandsPerSecondDuring()));
        map.put("iops_after", value(move.commandsPerSecondAfter()));
        map.put("steps", move.steps().stream().map(JsonReport::step).toList());
        map.put(
                "rounds",
                move.rounds().stream().map(round -> round(move, round)).toList());
        return map;
    }

    private static Map<String, @Nullable Object> step(StepSpan span) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("step", span.step());
        map.put("phase", key(span.phase()));
        map.put("start_ns", span.startNanos());
        map.put("end_ns", span.endNanos());
        map.put("completed", span.completed());
        return map;
    }

    private static Map<String, @Nullable Object> round(Move move, Round round) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("what", key(round.what()));
        map.put("live", round.live());
        map.put("start_ns", round.startNanos());
        map.put("end_ns", round.endNanos());
        map.put("bytes", round.bytes());
        map.put("changed_bytes_per_s", value(move.changedBytesPerSecond(round)));
        return map;
    }

    static Map<String, @Nullable Object> verification(Verification verification) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("writes", verification.writes());
        map.put("reads", verification.reads());
        map.put("flushes", verification.flushes());
        map.put("units_checked", verification.unitsChecked());
        map.put("faults", verification.faultCount());
        map.put("first_faults", List.copyOf(verification.faults()));
        return map;
    }

    private static String key(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object value(OptionalLong value) {
        return value.isEmpty() ? null : (Object) value.getAsLong();
    }

    private static @Nullable Object value(OptionalDouble value) {
        return value.isEmpty() ? null : (Object) value.getAsDouble();
    }
}
