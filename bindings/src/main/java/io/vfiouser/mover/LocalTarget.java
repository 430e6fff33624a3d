package io.vfiouser.mover;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A destination whose server this process is connected to. */
final class LocalTarget extends MoveTarget {
    private final Supplier<VfioUserClient> connect;
    private @Nullable VfioUserClient client;
    private @Nullable MigrationClient migration;
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
        VfioUserClient connected = connect.get();
        client = connected;
        migration = connected.migration();
        opened.second().files.mapInto(connected);
        guest.prepare(connected);
        return new MoveReport.Side(connected.capabilities().minor(), migration.protocol());
    }

    private Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened;
    }

    private MigrationClient migration() {
        if (migration == null) {
            throw new IllegalStateException("not opened");
        }
        return migration;
    }

    /** A server whose last guest has just left may still be busy with that. */
    @Override
    void resuming() {
        PatientState.set(
                () -> migration().setState(MigrationState.RESUMING),
                opened().options().patience());
    }

    @Override
    void writeStream(MemorySegment piece) {
        migration().write(piece);
    }

    @Override
    void writePages(int region, long offset, MemorySegment source) {
        MemorySegment.copy(source, 0, opened().second().mapped.get(region).segment(), offset, source.byteSize());
    }

    /** Version 1 has no such step: there the way leads from RESUMING to RUNNING directly, and that is where it may refuse. */
    @Override
    void validate() {
        if (migration().protocol() == MigrationClient.Protocol.MESSAGES) {
            migration().setState(MigrationState.STOP);
        }
    }

    @Override
    Takeover takeOver() {
        try {
            migration().setState(MigrationState.RUNNING);
            return new Takeover.Taken();
        } catch (VfioUserErrorReply e) {
            return new Takeover.NotTaken(e);
        } catch (VfioUserException e) {
            closeClient();
            return switch (OwnershipProbe.ask(connect, opened().options().patience())) {
                case DOES_NOT_OWN, DEAD -> new Takeover.NotTaken(e);
                case OWNS ->
                    new Takeover.Unknown(
                            "The connection to the destination was lost when it was told to run, and it refuses to"
                                    + " take the state again: it has taken over. The source stays stopped; connect the"
                                    + " guest to the destination anew.",
                            e);
                case UNKNOWN ->
                    new Takeover.Unknown(
                            "The connection to the destination was lost when it was told to run, and it does not say"
                                    + " whether it does. The source stays stopped; make sure that the destination is"
                                    + " not running before the source is used again.",
                            e);
            };
        }
    }

    @Override
    void switchOver() {
        if (client == null) {
            throw new IllegalStateException("not opened");
        }
        opened().second().becomeThatOf(opened().memory());
        opened().guest().switchTo(client);
    }

    @Override
    void retire() {
        opened().second().destroyFormer();
    }

    @Override
    void abort() {
        closeClient();
        if (opened != null) {
            opened.second().close();
        }
    }

    private void closeClient() {
        if (client != null) {
            client.close();
        }
    }

    /** The destination's memory while it is not yet the guest's, and the source's once it no longer is. */
    private static final class SecondMemory implements AutoCloseable {
        /** What the source's memory holds after a move, so that whoever still reads it does not find what it looks for. */
        private static final byte USELESS = (byte) 0xA5;

        private final List<GuestRegion> regions;
        private final MemoryFiles files;
        private final List<Mapping> mapped = new ArrayList<>();
        private @Nullable MemoryFiles former;

        SecondMemory(List<GuestRegion> regions) {
            this.regions = regions;
            this.files = new MemoryFiles(regions, "guest");
            boolean complete = false;
            try {
                for (int i = 0; i < regions.size(); i++) {
                    mapped.add(files.file(i).map(Protection.READ_WRITE));
                }
                complete = true;
            } finally {
                if (!complete) {
                    close();
                }
            }
        }

        void becomeThatOf(GuestMemory memory) {
            former = memory.replaceFiles(files);
        }

        void destroyFormer() {
            if (former == null) {
                return;
            }
            mapped.forEach(Mapping::close);
            for (int i = 0; i < regions.size(); i++) {
                try (Mapping old = former.file(i).map(Protection.READ_WRITE)) {
                    old.segment().fill(USELESS);
                }
            }
            former.close();
        }

        @Override
        public void close() {
            mapped.forEach(Mapping::close);
            files.close();
        }
    }
}
