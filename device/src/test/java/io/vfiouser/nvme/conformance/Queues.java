package io.vfiouser.nvme.conformance;

import io.vfiouser.client.PciIrqs;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.FeatureId;

/** What the controller offers of queues and vectors. */
final class Queues {
    private Queues() {}

    /** The largest identifier of an I/O queue. */
    static int granted(Conformance c) {
        int value = c.driver()
                .admin()
                .executeSuccessfully(NvmeCommand.getFeatures(FeatureId.NUMBER_OF_QUEUES, FeatureId.SELECT_CURRENT))
                .dw0();
        return Math.min(value & 0xFFFF, value >>> 16) + 1;
    }

    /** Entries of the largest queue. */
    static int largest(Conformance c) {
        return ControllerCapabilities.maximumQueueEntries(c.driver().capabilities());
    }

    /** MSI-X vectors. */
    static int vectors(Conformance c) {
        return c.driver().client().irqInfo(PciIrqs.MSIX).count();
    }
}
