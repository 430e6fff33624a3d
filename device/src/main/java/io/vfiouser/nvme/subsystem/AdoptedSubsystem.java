package io.vfiouser.nvme.subsystem;

import java.util.List;

/**
 * By what a host knows the subsystem that its controller comes from, which another one is to pass for from now on.
 *
 * @param identity serial number, model and name
 * @param controllerId CNTLID of the controller that moves
 * @param namespaces all that the controller may know of
 */
public record AdoptedSubsystem(SubsystemIdentity identity, int controllerId, List<AdoptedNamespace> namespaces) {
    public AdoptedSubsystem {
        namespaces = List.copyOf(namespaces);
    }
}
