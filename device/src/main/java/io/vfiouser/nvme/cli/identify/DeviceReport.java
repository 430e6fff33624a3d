package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.spec.ControllerRegisters;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** What a controller says of itself, section by section, for people and for programs. */
public final class DeviceReport {

    private final Map<Section, List<Listing>> sections = new EnumMap<>(Section.class);

    private DeviceReport() {}

    /**
     * Asks a controller.
     *
     * @param wanted the sections; no command is sent for others
     * @param onlyNamespace limits the namespaces to this one
     * @param address where the controller was reached
     * @throws NoSuchNamespaceException if {@code onlyNamespace} is not active
     */
    public static DeviceReport of(NvmeDriver driver, Set<Section> wanted, OptionalInt onlyNamespace, String address) {
        DeviceReport report = new DeviceReport();
        MemorySegment controller = driver.identify().segment();
        for (Section section : wanted) {
            report.sections.put(
                    section,
                    switch (section) {
                        case CONTROLLER ->
                            List.of(Listings.controller(
                                    controller, driver.capabilities(), driver.version(), driver.doorbellsMapped()));
                        case NAMESPACES -> namespaces(new DeviceReader(driver), onlyNamespace);
                        case SMART ->
                            List.of(Listings.smartLog(driver.smartLog().segment()));
                        case SUBSYSTEM ->
                            List.of(new SubsystemPath(address, driver.readRegister32(ControllerRegisters.CSTS))
                                    .of(controller));
                    });
        }
        return report;
    }

    /** Lines for people; each listing has a heading, and an empty line before it. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (List<Listing> listings : sections.values()) {
            for (Listing listing : listings) {
                if (!lines.isEmpty()) {
                    lines.add("");
                }
                lines.addAll(listing.lines());
            }
        }
        return lines;
    }

    /** One object for programs: a member for each section, of which the namespaces are an array. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        sections.forEach((section, listings) -> map.put(
                section.key(),
                section == Section.NAMESPACES
                        ? listings.stream().map(Listing::asMap).toList()
                        : listings.getFirst().asMap()));
        return map;
    }

    private static List<Listing> namespaces(DeviceReader reader, OptionalInt only) {
        List<Integer> ids = only.isEmpty() ? reader.activeNamespacesAbove(0) : List.of(active(reader, only.getAsInt()));
        return ids.stream()
                .map(id -> Listings.namespace(id, reader.namespace(id), reader.descriptors(id)))
                .toList();
    }

    private static int active(DeviceReader reader, int id) {
        List<Integer> following = reader.activeNamespacesAbove(id - 1);
        if (following.isEmpty() || following.getFirst() != id) {
            throw new NoSuchNamespaceException(id, reader.activeNamespacesAbove(0));
        }
        return id;
    }
}
