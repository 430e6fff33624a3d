package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import io.vfiouser.nvme.spec.NamespaceList;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Asks a controller for structures and takes them as they are: {@link NvmeDriver#namespaces} refuses what cannot be. */
final class DeviceReader {

    private final NvmeDriver driver;

    DeviceReader(NvmeDriver driver) {
        this.driver = driver;
    }

    /** The active namespaces above an NSID, as many as one command tells (1024). */
    List<Integer> activeNamespacesAbove(int namespaceId) {
        return NamespaceList.read(identify(IdentifyCns.ACTIVE_NAMESPACES, namespaceId));
    }

    MemorySegment namespace(int id) {
        return identify(IdentifyCns.NAMESPACE, id);
    }

    /** None where the controller has no descriptors, as before NVMe 1.3. */
    List<NamespaceDescriptor> descriptors(int id) {
        try {
            return NamespaceDescriptor.readList(identify(IdentifyCns.NAMESPACE_DESCRIPTORS, id));
        } catch (NvmeCommandException e) {
            return List.of();
        }
    }

    private MemorySegment identify(int cns, int namespaceId) {
        try (DmaBuffer buffer = driver.allocate(IdentifyCns.LENGTH_BYTES)) {
            driver.admin().executeSuccessfully(NvmeCommand.identify(cns, namespaceId, buffer));
            MemorySegment own = MemorySegment.ofArray(new long[IdentifyCns.LENGTH_BYTES / Long.BYTES]);
            return own.copyFrom(buffer.segment().asSlice(0, IdentifyCns.LENGTH_BYTES));
        }
    }
}
