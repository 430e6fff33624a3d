package io.vfiouser.mover;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.VfioUserException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Supplier;

/** The device that is moved to, behind a server that this process is connected to. One thread. */
final class DestinationDevice implements AutoCloseable {
    private final Supplier<VfioUserClient> connect;
    private final VfioUserClient client;
    private final MigrationClient migration;

    /** @param connect called now, and again to find out who has the device if the connection is lost */
    DestinationDevice(Supplier<VfioUserClient> connect) {
        this.connect = connect;
        VfioUserClient connected = connect.get();
        client = connected;
        boolean complete = false;
        try {
            migration = connected.migration();
            complete = true;
        } finally {
            if (!complete) {
                connected.close();
            }
        }
    }

    VfioUserClient client() {
        return client;
    }

    MoveReport.Side side() {
        return new MoveReport.Side(client.capabilities().minor(), migration.protocol());
    }

    /** A server whose last guest has just left may still be busy with that. */
    void resuming(Duration patience) {
        PatientState.set(() -> migration.setState(MigrationState.RESUMING), patience);
    }

    void write(MemorySegment piece) {
        migration.write(piece);
    }

    /** Version 1 has no such step: there the way leads from RESUMING to RUNNING directly, and that is where it may refuse. */
    void validate() {
        if (migration.protocol() == MigrationClient.Protocol.MESSAGES) {
            migration.setState(MigrationState.STOP);
        }
    }

    /** Has it run. Throws nothing. */
    Takeover takeOver(Duration patience) {
        try {
            migration.setState(MigrationState.RUNNING);
            return new Takeover.Taken();
        } catch (VfioUserErrorReply e) {
            return new Takeover.NotTaken(e);
        } catch (VfioUserException e) {
            client.close();
            return switch (OwnershipProbe.ask(connect, patience)) {
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

    /** Ends the connection: a device that does not run forgets the state. */
    @Override
    public void close() {
        client.close();
    }
}
