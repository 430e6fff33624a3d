package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.util.List;

/** Which namespace {@code --namespace} means. */
final class NamespaceChoice {

    private NamespaceChoice() {}

    /** The one with that id, or the first if {@code id} is 0. */
    static NamespaceInfo of(NvmeDriver driver, int id) {
        List<NamespaceInfo> all = driver.namespaces();
        if (all.isEmpty()) {
            throw new CommandFailure("the controller has no namespace");
        }
        if (id == 0) {
            return all.getFirst();
        }
        return all.stream()
                .filter(namespace -> namespace.id() == id)
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE,
                        "there is no namespace " + id + ": the controller has "
                                + all.stream()
                                        .map(namespace -> String.valueOf(namespace.id()))
                                        .toList()));
    }
}
