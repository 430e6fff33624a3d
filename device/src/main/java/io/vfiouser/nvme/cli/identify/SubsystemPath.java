package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IdentifyController;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How this host reaches the subsystem: what {@code nvme list-subsys} shows. There is one path and no multipath policy.
 *
 * @param address the socket
 * @param csts the register CSTS
 */
record SubsystemPath(String address, int csts) {

    /** As Linux names the first controller of a host. */
    static final String CONTROLLER = "nvme0";

    private static final String SUBSYSTEM = "nvme-subsys0";
    private static final String TRANSPORT = "vfio-user";

    Listing of(MemorySegment controller) {
        String name = Format.text(IdentifyController.SUBNQN_LENGTH).read(controller, IdentifyController.SUBNQN);
        String printableAddress = Printable.of(address.getBytes(StandardCharsets.UTF_8));
        Map<String, Object> path = new LinkedHashMap<>();
        path.put("Name", CONTROLLER);
        path.put("Transport", TRANSPORT);
        path.put("Address", printableAddress);
        path.put("State", state());
        String line = " +- " + CONTROLLER + " " + TRANSPORT + " " + printableAddress + " " + state();
        return new Listing(
                SUBSYSTEM + " - NQN=" + name,
                List.of(
                        Entry.hidden("Name", SUBSYSTEM),
                        Entry.hidden("NQN", name),
                        new Entry("Paths", List.of(path), List.of("\\", line))));
    }

    /** The names are those of Linux. */
    private String state() {
        if (ControllerStatus.fatal(csts)) {
            return "dead";
        }
        return ControllerStatus.ready(csts) ? "live" : "resetting";
    }
}
