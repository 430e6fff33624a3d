package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A state as names and values for people and programs: maps, lists, strings, numbers, booleans and {@link Bytes}. Names are those of the
 * records' components with underscores, so that a component which is added is there by itself.
 */
public final class StateTree {
    /** Addresses, bit fields and codes, which nobody reads in decimal. */
    private static final Set<String> HEXADECIMAL = Set.of(
            "base",
            "shadowBase",
            "eventBase",
            "adminSubmissionBase",
            "adminCompletionBase",
            "configuration",
            "adminQueueAttributes",
            "interruptMask",
            "pciVendorId",
            "feature",
            "logPage",
            "opcode",
            "statusField",
            "parameterErrorLocation",
            "result");

    private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

    private StateTree() {}

    /** All that a state says, in the order of the records. */
    public static Map<String, Object> of(ControllerState state) {
        return components(state);
    }

    private static Map<String, Object> components(Record owner) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (RecordComponent component : owner.getClass().getRecordComponents()) {
            tree.put(name(component.getName()), value(component.getName(), read(owner, component)));
        }
        return tree;
    }

    private static Object read(Record owner, RecordComponent component) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the records of a state are public", e);
        }
    }

    private static Object value(String name, Object value) {
        return switch (value) {
            case BlockIdentity identity -> identity(identity);
            case CommandState command -> command(command);
            case Record nested -> components(nested);
            case Optional<?> optional -> optional.isPresent() ? value(name, optional.get()) : List.of();
            case List<?> list -> list.stream().map(entry -> value(name, entry)).toList();
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Long number when HEXADECIMAL.contains(name) -> "0x%x".formatted(number);
            case Integer number when HEXADECIMAL.contains(name) -> "0x%x".formatted(number);
            case Integer number -> Integer.toUnsignedLong(number);
            default -> value;
        };
    }

    private static Map<String, Object> identity(BlockIdentity identity) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("eui64", "%016x".formatted(identity.eui64()));
        tree.put("nguid", "%016x%016x".formatted(identity.nguidHigh(), identity.nguidLow()));
        tree.put("uuid", identity.uuid().toString());
        return tree;
    }

    private static Map<String, Object> command(CommandState command) {
        MemorySegment entry = command.entry().segment();
        int cdw0 = SubmissionEntry.cdw0(entry, 0);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("submission_queue_id", command.submissionQueueId());
        tree.put("command", NvmOpcode.describe(SubmissionEntry.opcode(cdw0)));
        tree.put("command_id", SubmissionEntry.commandId(cdw0));
        tree.put("namespace_id", Integer.toUnsignedLong(SubmissionEntry.namespaceId(entry, 0)));
        tree.put("entry", command.entry());
        return tree;
    }

    private static String name(String component) {
        return CAPITAL.matcher(component).replaceAll("_$1").toLowerCase(Locale.ROOT);
    }
}
