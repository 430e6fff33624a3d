package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.SpecVersion;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The structures as nvme-cli lists them, and what this program adds: it stands at the end of a listing. */
final class Listings {

    private static final int UUID_BYTES = 16;

    private Listings() {}

    /** {@code id-ctrl}, and the registers. */
    static Listing controller(MemorySegment structure, long cap, int version, boolean doorbellsMapped) {
        List<Entry> entries = new ArrayList<>(ControllerFields.of(structure));
        int queueEntries = ControllerCapabilities.maximumQueueEntries(cap);
        String versionText = SpecVersion.describe(version);
        String doorbells = doorbellsMapped ? "mapped" : "trapped";
        BigInteger capabilities = unsigned(cap);
        entries.add(Entry.line("cap", capabilities, "cap       : " + Format.hex(capabilities)));
        entries.add(Entry.line("vs", versionText, "vs        : NVMe " + versionText));
        entries.add(Entry.line("mqes", queueEntries, "mqes      : " + queueEntries + " entries in the largest queue"));
        entries.add(Entry.line("doorbells", doorbells, "doorbells : " + doorbells));
        return new Listing("NVME Identify Controller:", entries);
    }

    /** {@code id-ns}, and the namespace's UUID. */
    static Listing namespace(int id, MemorySegment structure, List<NamespaceDescriptor> descriptors) {
        List<Entry> entries = new ArrayList<>();
        long unsignedId = Integer.toUnsignedLong(id);
        entries.add(Entry.hidden("nsid", unsignedId));
        entries.addAll(NamespaceFields.of(structure));
        BigInteger blockBytes = LbaFormats.blockBytes(structure);
        entries.add(Entry.line("block_bytes", blockBytes, "block_bytes : " + blockBytes));
        descriptors.stream()
                .filter(descriptor -> descriptor.type() == NamespaceDescriptor.TYPE_UUID)
                .filter(descriptor -> descriptor.identifier().size() == UUID_BYTES)
                .map(descriptor -> Format.uuid().decoder().apply(descriptor.identifierBytes()))
                .findFirst()
                .ifPresent(uuid -> entries.add(Entry.line("uuid", uuid, "uuid    : " + uuid)));
        return new Listing("NVME Identify Namespace " + unsignedId + ":", entries);
    }

    /** {@code smart-log} of the controller. */
    static Listing smartLog(MemorySegment page) {
        return new Listing(
                "Smart Log for NVME device:" + SubsystemPath.CONTROLLER + " namespace-id:ffffffff",
                SmartFields.of(page));
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
