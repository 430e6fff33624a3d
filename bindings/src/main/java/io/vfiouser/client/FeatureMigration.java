package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DeviceFeatureFormat;
import io.vfiouser.client.wire.MigrationDataFormat;
import io.vfiouser.client.wire.MigrationFeatureFormat;
import io.vfiouser.client.wire.MigrationStateFormat;
import java.lang.foreign.MemorySegment;

/** Migration by device features and data messages (protocol 0.2). */
final class FeatureMigration implements MigrationClient {
    private static final int NO_DATA_FD = -1;

    private final Connection connection;
    private final Features features;
    private final int longestRead;
    private final int longestWrite;
    private final long flags;

    /** @throws VfioUserErrorReply if the device does not migrate */
    FeatureMigration(Connection connection, int maxDataTransferBytes) {
        this.connection = connection;
        this.features = new Features(connection);
        this.longestRead = maxDataTransferBytes;
        this.longestWrite = Math.min(maxDataTransferBytes, RegionAccess.LONGEST_WRITE_BYTES);
        this.flags = MigrationFeatureFormat.flags(
                features.get(DeviceFeatureFormat.MIGRATION, 0, MigrationFeatureFormat.BYTES));
    }

    @Override
    public Protocol protocol() {
        return Protocol.MESSAGES;
    }

    @Override
    public boolean preCopy() {
        return (flags & MigrationFeatureFormat.PRE_COPY) != 0;
    }

    @Override
    public MigrationState state() {
        MemorySegment data = features.get(DeviceFeatureFormat.MIG_DEVICE_STATE, 0, MigrationStateFormat.BYTES);
        int code = MigrationStateFormat.state(data);
        MigrationState state = MigrationState.ofCode(code);
        if (state == null) {
            throw new VfioUserException("the server is in migration state " + code + ", which does not exist");
        }
        return state;
    }

    @Override
    public void setState(MigrationState state) {
        if (state == MigrationState.ERROR) {
            throw new IllegalArgumentException("a device cannot be asked to fail");
        }
        MemorySegment data = features.data();
        MigrationStateFormat.state(data, state.code());
        MigrationStateFormat.dataFd(data, NO_DATA_FD);
        features.set(DeviceFeatureFormat.MIG_DEVICE_STATE, MigrationStateFormat.BYTES);
    }

    @Override
    public int read(MemorySegment into) {
        int wanted = (int) Math.min(into.byteSize(), longestRead);
        if (wanted == 0) {
            return 0;
        }
        MemorySegment request = connection.request();
        MigrationDataFormat.argumentBytes(request, MigrationDataFormat.BYTES + (long) wanted);
        MigrationDataFormat.lengthBytes(request, wanted);
        connection.call(Command.MIG_DATA_READ, MigrationDataFormat.BYTES, MigrationDataFormat.BYTES);
        MemorySegment reply = connection.reply();
        // The size field counts: libvfio-user pads its reply to the length that was asked for.
        long came = MigrationDataFormat.lengthBytes(reply);
        if (came > wanted || came > reply.byteSize() - MigrationDataFormat.BYTES) {
            throw new VfioUserException("the server answered a request for " + wanted
                    + " bytes of state with what it calls " + came + " bytes");
        }
        MemorySegment.copy(reply, MigrationDataFormat.BYTES, into, 0, came);
        return (int) came;
    }

    @Override
    public void write(MemorySegment from) {
        long done = 0;
        while (done < from.byteSize()) {
            int count = (int) Math.min(longestWrite, from.byteSize() - done);
            MemorySegment request = connection.request();
            MigrationDataFormat.argumentBytes(request, MigrationDataFormat.BYTES + (long) count);
            MigrationDataFormat.lengthBytes(request, count);
            MemorySegment.copy(from, done, request, MigrationDataFormat.BYTES, count);
            connection.call(Command.MIG_DATA_WRITE, MigrationDataFormat.BYTES + count, 0);
            done += count;
        }
    }
}
