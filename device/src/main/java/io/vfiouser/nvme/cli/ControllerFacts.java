package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.SpecVersion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What Identify says, in the order and under the names that {@code nvme id-ctrl} and {@code id-ns} use, with values that a program
 * reads as numbers and people read with their meaning.
 */
final class ControllerFacts {

    private static final int NAME_WIDTH = 10;

    /** A fact: the value for programs, and its meaning for people if the value does not say it. */
    private record Fact(Object value, String meaning) {

        String text() {
            return meaning.isEmpty() ? value.toString() : meaning;
        }
    }

    private final Map<String, Fact> controller = new LinkedHashMap<>();
    private final List<Map<String, Fact>> namespaces = new ArrayList<>();

    private ControllerFacts() {}

    static ControllerFacts of(NvmeDriver driver) {
        ControllerFacts facts = new ControllerFacts();
        facts.addController(driver);
        for (NamespaceInfo namespace : driver.namespaces()) {
            facts.namespaces.add(namespaceFacts(namespace));
        }
        return facts;
    }

    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("controller", values(controller));
        map.put("namespaces", namespaces.stream().map(ControllerFacts::values).toList());
        return map;
    }

    void print(PrintWriter out) {
        out.println("Controller");
        printFacts(out, controller);
        for (Map<String, Fact> namespace : namespaces) {
            out.println();
            Fact id = namespace.get("nsid");
            out.println("Namespace " + (id == null ? "" : id.text()));
            printFacts(out, namespace);
        }
    }

    private void addController(NvmeDriver driver) {
        IdentifyController identity = driver.identify();
        long cap = driver.capabilities();
        int version = driver.version();
        number(controller, "vid", identity.vendorId(), hex(identity.vendorId(), 4));
        number(
                controller,
                "ssvid",
                identity.u16(IdentifyController.SSVID),
                hex(identity.u16(IdentifyController.SSVID), 4));
        text(controller, "sn", identity.serialNumber());
        text(controller, "mn", identity.modelNumber());
        text(controller, "fr", identity.firmwareRevision());
        text(controller, "subnqn", identity.subsystemName());
        number(controller, "cntlid", identity.controllerId(), "");
        number(controller, "ver", version, "NVMe " + SpecVersion.describe(version));
        long mdts = identity.maximumTransferBytes(ControllerCapabilities.minimumPageShift(cap));
        number(
                controller,
                "mdts",
                identity.u8(IdentifyController.MDTS),
                mdts == 0 ? "no limit" : ByteSize.format(mdts) + " at most in one command");
        bits(controller, "oacs", identity.u16(IdentifyController.OACS), adminCommands(identity));
        bits(controller, "oncs", identity.u16(IdentifyController.ONCS), ioCommands(identity));
        number(
                controller,
                "vwc",
                identity.u8(IdentifyController.VWC),
                identity.hasVolatileWriteCache() ? "volatile write cache present" : "no volatile write cache");
        number(
                controller,
                "sgls",
                identity.u32(IdentifyController.SGLS),
                identity.u32(IdentifyController.SGLS) == 0
                        ? "PRPs only"
                        : hex(identity.u32(IdentifyController.SGLS), 8));
        number(controller, "nn", identity.namespaceCount(), "");
        number(
                controller,
                "mqes",
                ControllerCapabilities.maximumQueueEntries(cap),
                ControllerCapabilities.maximumQueueEntries(cap) + " entries in the largest queue");
        number(controller, "cap", cap, "0x" + Long.toHexString(cap));
        text(controller, "doorbells", driver.doorbellsMapped() ? "mapped" : "trapped");
    }

    private static Map<String, Fact> namespaceFacts(NamespaceInfo namespace) {
        Map<String, Fact> facts = new LinkedHashMap<>();
        IdentifyNamespace structure = namespace.structure();
        number(facts, "nsid", namespace.id(), "");
        number(
                facts,
                "nsze",
                structure.sizeBlocks(),
                structure.sizeBlocks() + " blocks, " + ByteSize.format(namespace.lengthBytes()));
        number(facts, "ncap", structure.capacityBlocks(), structure.capacityBlocks() + " blocks");
        number(facts, "nuse", structure.utilizationBlocks(), structure.utilizationBlocks() + " blocks");
        number(facts, "block_bytes", namespace.blockBytes(), "");
        text(facts, "eui64", String.format(Locale.ROOT, "%016x", structure.eui64()));
        text(facts, "nguid", structure.nguid());
        namespace.uuid().ifPresent(uuid -> text(facts, "uuid", uuid.toString()));
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < structure.formatCount(); i++) {
            sizes.add(structure.format(i).blockBytes());
        }
        facts.put(
                "formats",
                new Fact(
                        sizes,
                        sizes.stream()
                                .map(ByteSize::format)
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("")));
        return facts;
    }

    private static List<String> adminCommands(IdentifyController identity) {
        int oacs = identity.u16(IdentifyController.OACS);
        List<String> names = new ArrayList<>();
        name(names, oacs, IdentifyController.OACS_FORMAT, "Format NVM");
        name(names, oacs, IdentifyController.OACS_NAMESPACE_MANAGEMENT, "Namespace Management");
        name(names, oacs, IdentifyController.OACS_DOORBELL_BUFFER_CONFIG, "Doorbell Buffer Config");
        return names;
    }

    private static List<String> ioCommands(IdentifyController identity) {
        int oncs = identity.u16(IdentifyController.ONCS);
        List<String> names = new ArrayList<>();
        name(names, oncs, IdentifyController.ONCS_COMPARE, "Compare");
        name(names, oncs, IdentifyController.ONCS_DATASET_MANAGEMENT, "Dataset Management");
        name(names, oncs, IdentifyController.ONCS_WRITE_ZEROES, "Write Zeroes");
        name(names, oncs, IdentifyController.ONCS_FEATURES_SAVE_AND_SELECT, "Save and Select");
        name(names, oncs, IdentifyController.ONCS_TIMESTAMP, "Timestamp");
        name(names, oncs, IdentifyController.ONCS_VERIFY, "Verify");
        return names;
    }

    private static void name(List<String> names, int value, int bit, String name) {
        if ((value & bit) != 0) {
            names.add(name);
        }
    }

    private static void number(Map<String, Fact> facts, String name, Number value, String meaning) {
        facts.put(name, new Fact(value, meaning));
    }

    private static void text(Map<String, Fact> facts, String name, String value) {
        facts.put(name, new Fact(value, ""));
    }

    private static void bits(Map<String, Fact> facts, String name, int value, List<String> meaning) {
        facts.put(name, new Fact(value, hex(value, 4) + (meaning.isEmpty() ? "" : " " + String.join(", ", meaning))));
    }

    private static String hex(long value, int digits) {
        return String.format(Locale.ROOT, "0x%0" + digits + "x", value);
    }

    private static Map<String, Object> values(Map<String, Fact> facts) {
        Map<String, Object> values = new LinkedHashMap<>();
        facts.forEach((name, fact) -> values.put(name, fact.value()));
        return values;
    }

    private static void printFacts(PrintWriter out, Map<String, Fact> facts) {
        facts.forEach((name, fact) ->
                out.println("  " + name + " ".repeat(Math.max(1, NAME_WIDTH + 2 - name.length())) + fact.text()));
    }
}
