package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.subsystem.SubsystemIdentity;

/**
 * What a host was promised by the controller it has set up. A destination takes the identity over and must offer at least as much.
 *
 * @param subsystem by what the host knows the subsystem
 * @param controllerId CNTLID
 * @param pciVendorId PCI vendor
 * @param multipleControllers whether the subsystem says that it may have several controllers
 * @param queuePairs most I/O queue pairs
 * @param queueEntries entries of the largest I/O queue
 * @param interruptVectors MSI-X vectors
 * @param transferShift MDTS: largest transfer as a power of two of 4 KiB pages
 */
public record ControllerLimits(
        SubsystemIdentity subsystem,
        int controllerId,
        int pciVendorId,
        boolean multipleControllers,
        int queuePairs,
        int queueEntries,
        int interruptVectors,
        int transferShift) {}
