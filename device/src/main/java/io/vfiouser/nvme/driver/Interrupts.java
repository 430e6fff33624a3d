package io.vfiouser.nvme.driver;

import io.vfiouser.client.IrqInfo;
import io.vfiouser.client.PciIrqs;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.os.EventFd;
import java.util.ArrayList;
import java.util.List;

/** MSI-X vectors as eventfds: vector 0 for the admin queue, vector n for I/O queue n. */
final class Interrupts implements AutoCloseable {

    private static final int MSIX = PciIrqs.MSIX;

    private final List<EventFd> vectors;

    private Interrupts(List<EventFd> vectors) {
        this.vectors = vectors;
    }

    static Interrupts enable(VfioUserClient client, int queues) {
        List<EventFd> vectors = new ArrayList<>();
        try {
            for (int i = 0; i <= queues; i++) {
                vectors.add(EventFd.create());
            }
            give(client, vectors);
        } catch (RuntimeException e) {
            vectors.forEach(EventFd::close);
            throw e;
        }
        return new Interrupts(List.copyOf(vectors));
    }

    /** Has another server raise the same interrupts. */
    void giveTo(VfioUserClient client) {
        give(client, vectors);
    }

    private static void give(VfioUserClient client, List<EventFd> vectors) {
        IrqInfo info = client.irqInfo(MSIX);
        int queues = vectors.size() - 1;
        if (info.count() < vectors.size()) {
            throw new NvmeDriverException("the device has " + info.count() + " MSI-X vectors; " + queues
                    + " queues need one each and one for the admin queue: attach with fewer, or polled");
        }
        client.setIrqEventFds(MSIX, 0, vectors.toArray(new EventFd[0]));
    }

    EventFd of(int queueId) {
        return vectors.get(queueId);
    }

    @Override
    public void close() {
        vectors.forEach(EventFd::close);
    }
}
