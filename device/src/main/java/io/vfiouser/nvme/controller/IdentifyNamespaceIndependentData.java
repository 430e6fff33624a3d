package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IdentifyNamespaceIndependent;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.subsystem.Namespace;
import java.lang.foreign.MemorySegment;

/** What is said of a namespace of any I/O command set (CNS 08h, 1Fh). Base 2.1, section 5.1.13.2.8. The data starts zeroed. */
final class IdentifyNamespaceIndependentData {
    private IdentifyNamespaceIndependentData() {}

    static void write(MemorySegment data, Namespace namespace) {
        if (!namespace.hasVolatileCache()) {
            LittleEndian.putU8(
                    data,
                    IdentifyNamespaceIndependent.NSFEAT,
                    IdentifyNamespaceIndependent.NSFEAT_NO_VOLATILE_WRITE_CACHE);
        }
        if (namespace.shared()) {
            LittleEndian.putU8(data, IdentifyNamespaceIndependent.NMIC, IdentifyNamespaceIndependent.NMIC_SHARED);
        }
        LittleEndian.putU8(
                data,
                IdentifyNamespaceIndependent.FPI,
                IdentifyNamespace.FPI_SUPPORTED | namespace.formatRemainingPercent());
        if (namespace.ready()) {
            LittleEndian.putU8(data, IdentifyNamespaceIndependent.NSTAT, IdentifyNamespaceIndependent.NSTAT_READY);
        }
    }
}
