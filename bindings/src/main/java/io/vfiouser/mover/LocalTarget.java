package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A destination whose server this process is connected to. */
final class LocalTarget extends MoveTarget {
    private final Supplier<VfioUserClient> connect;
    private @Nullable DestinationDevice device;
    private @Nullable Opened opened;

    /** What is known once the target was opened. */
    private record Opened(Guest guest, GuestMemory memory, MoveOptions options, SecondMemory second) {}

    LocalTarget(Supplier<VfioUserClient> connect) {
        this.connect = connect;
    }

    @Override
    MoveReport.Side open(Guest guest, GuestMemory memory, MoveOptions options) {
        if (opened != null) {
            throw new IllegalStateException("a target is good for one move");
        }
        opened = new Opened(guest, memory, options, new SecondMemory(memory.regions()));
        DestinationDevice connected = new DestinationDevice(connect);
        device = connected;
        opened.second().files.mapInto(connected.client());
        guest.prepare(connected.client());
        return connected.side();
    }

    private Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened;
    }

    private DestinationDevice device() {
        if (device == null) {
            throw new IllegalStateException("not opened");
        }
        return device;
    }

    @Override
    void resuming() {
        device().resuming(opened().options().patience());
    }

    @Override
    void writeStream(MemorySegment piece) {
        device().write(piece);
    }

    @Override
    void writePages(int region, long offset, MemorySegment source) {
        MemorySegment.copy(source, 0, opened().second().view.segment(region), offset, source.byteSize());
    }

    @Override
    void validate() {
        device().validate();
    }

    @Override
    Takeover takeOver() {
        return device().takeOver(opened().options().patience());
    }

    @Override
    void switchOver() {
        opened().second().becomeThatOf(opened().memory());
        opened().guest().switchTo(device().client());
    }

    @Override
    void retire() {
        opened().second().destroyFormer();
    }

    @Override
    void abort() {
        if (device != null) {
            device.close();
        }
        if (opened != null) {
            opened.second().close();
        }
    }

    /** The destination's memory while it is not yet the guest's, and the source's once it no longer is. */
    private static final class SecondMemory implements AutoCloseable {
        private final MemoryFiles files;
        private final MemoryView view;
        private @Nullable MemoryFiles former;

        SecondMemory(List<GuestRegion> regions) {
            this.files = new MemoryFiles(regions, "guest");
            boolean complete = false;
            try {
                this.view = MemoryView.createToBeTaken(regions, files);
                complete = true;
            } finally {
                if (!complete) {
                    files.close();
                }
            }
        }

        void becomeThatOf(GuestMemory memory) {
            former = memory.replaceFiles(files, view);
        }

        void destroyFormer() {
            if (former == null) {
                return;
            }
            view.makeUseless();
            view.close();
            former.close();
        }

        @Override
        public void close() {
            view.close();
            files.close();
        }
    }
}
