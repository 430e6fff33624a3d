package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceCommands;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import java.util.List;

/** Namespaces that a test creates in the server's pool; closing deletes them all, so that the next test finds none. */
final class CreatedNamespaces implements AutoCloseable {
    private final Conformance c;
    private final DmaBuffer data;

    CreatedNamespaces(Conformance c) {
        this.c = c;
        data = c.driver().allocate(Conformance.PAGE_BYTES);
    }

    /** A page for the data of namespace commands. */
    DmaBuffer data() {
        return data;
    }

    /** The identifier of the controller that the test is attached to. */
    int controllerId() {
        return c.driver().identify().u16(IdentifyController.CNTLID);
    }

    /** Creates a namespace, which is attached to nobody; returns its NSID. */
    int create(long blocks, int formatIndex) {
        return c.admin(NamespaceCommands.create(NamespaceManagementData.of(blocks, formatIndex, false), data))
                .succeeds()
                .dw0();
    }

    /** Creates a namespace and attaches it; returns its NSID. */
    int createAttached(long blocks, int formatIndex) {
        int nsid = create(blocks, formatIndex);
        c.admin(attach(nsid)).succeeds();
        return nsid;
    }

    NvmeCommand attach(int nsid) {
        return NamespaceCommands.attach(nsid, List.of(controllerId()), data);
    }

    NvmeCommand detach(int nsid) {
        return NamespaceCommands.detach(nsid, List.of(controllerId()), data);
    }

    /** NSIDs of what is attached. */
    List<Integer> active() {
        return list(IdentifyCns.ACTIVE_NAMESPACES);
    }

    /** NSIDs of all there is. */
    List<Integer> allocated() {
        return list(IdentifyCns.ALLOCATED_NAMESPACES);
    }

    /** Identify Namespace of an attached namespace; valid until the buffer of the test is used again. */
    IdentifyNamespace identify(int nsid) {
        c.admin(NvmeCommand.identify(IdentifyCns.NAMESPACE, nsid, c.buffer())).succeeds();
        return new IdentifyNamespace(c.buffer().segment());
    }

    private List<Integer> list(int cns) {
        c.admin(NvmeCommand.identify(cns, 0, c.buffer())).succeeds();
        return NamespaceList.read(c.buffer().segment().asSlice(0, NamespaceList.LENGTH_BYTES));
    }

    @Override
    public void close() {
        try {
            for (int nsid : allocated()) {
                if (nsid > TestedNamespace.values().length) {
                    c.admin(NamespaceCommands.delete(nsid)).succeeds();
                }
            }
            assertThat(allocated()).hasSize(TestedNamespace.values().length);
        } finally {
            data.close();
        }
    }
}
