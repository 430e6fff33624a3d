package io.vfiouser.client;

import io.vfiouser.client.wire.MigrationRegisters;
import io.vfiouser.client.wire.RegionTypeFormat;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Migration by registers and data in a region (protocol 0.1). */
final class RegisterMigration implements MigrationClient {
    private static final int REGION = MigrationRegisters.REGION;
    private static final int STATE_MASK =
            MigrationRegisters.RUNNING | MigrationRegisters.SAVING | MigrationRegisters.RESUMING;

    private final VfioUserClient client;
    private final long regionBytes;
    private long pieceOffset;
    private long pieceLeft;
    /** Where this client has brought the device, to save a question; null if that is not known. */
    private @Nullable MigrationState reached;

    RegisterMigration(VfioUserClient client) {
        this.client = client;
        this.regionBytes = client.regionInfo(REGION).lengthBytes();
    }

    /** Whether the device has the registers. */
    static boolean possible(VfioUserClient client) {
        if (client.deviceInfo().regionCount() <= REGION) {
            return false;
        }
        RegionInfo region = client.regionInfo(REGION);
        return region.lengthBytes() > MigrationRegisters.BYTES
                && (region.type() == 0 || region.type() == RegionTypeFormat.MIGRATION);
    }

    @Override
    public Protocol protocol() {
        return Protocol.REGISTERS;
    }

    /** The protocol demands it of every server. */
    @Override
    public boolean preCopy() {
        return true;
    }

    @Override
    public MigrationState state() {
        int bits = client.readRegion32(REGION, MigrationRegisters.DEVICE_STATE) & STATE_MASK;
        return switch (bits) {
            case 0 -> MigrationState.STOP;
            case MigrationRegisters.RUNNING -> MigrationState.RUNNING;
            case MigrationRegisters.SAVING -> MigrationState.STOP_COPY;
            case MigrationRegisters.SAVING | MigrationRegisters.RUNNING -> MigrationState.PRE_COPY;
            case MigrationRegisters.RESUMING -> MigrationState.RESUMING;
            default -> MigrationState.ERROR;
        };
    }

    @Override
    public void setState(MigrationState state) {
        int bits = switch (state) {
            case STOP -> 0;
            case RUNNING -> MigrationRegisters.RUNNING;
            case STOP_COPY -> MigrationRegisters.SAVING;
            case PRE_COPY -> MigrationRegisters.SAVING | MigrationRegisters.RUNNING;
            case RESUMING -> MigrationRegisters.RESUMING;
            case ERROR -> throw new IllegalArgumentException("a device cannot be asked to fail");
        };
        // libvfio-user refuses to go from PRE_COPY to PRE_COPY, and calls the device for every other such step.
        if (reached == state || reached == null) {
            reached = state();
        }
        if (reached != state) {
            pieceLeft = 0;
            reached = null;
            client.writeRegion32(REGION, MigrationRegisters.DEVICE_STATE, bits);
            reached = state;
        }
    }

    @Override
    public int read(MemorySegment into) {
        if (into.byteSize() == 0 || (pieceLeft == 0 && !nextPiece())) {
            return 0;
        }
        int count = (int) Math.min(Math.min(into.byteSize(), pieceLeft), Integer.MAX_VALUE);
        client.readRegion(REGION, pieceOffset, into.asSlice(0, count));
        pieceOffset += count;
        pieceLeft -= count;
        return count;
    }

    /** The order of the three reads is the protocol's: the second has the server prepare the data. */
    private boolean nextPiece() {
        if (client.readRegion64(REGION, MigrationRegisters.PENDING_BYTES) == 0) {
            return false;
        }
        long offset = client.readRegion64(REGION, MigrationRegisters.DATA_OFFSET);
        long length = client.readRegion64(REGION, MigrationRegisters.DATA_SIZE);
        checkData(offset, length);
        pieceOffset = offset;
        pieceLeft = length;
        return length > 0;
    }

    private void checkData(long offset, long length) {
        if (offset < MigrationRegisters.BYTES || length < 0 || offset > regionBytes || length > regionBytes - offset) {
            throw new VfioUserException("the server has " + Long.toUnsignedString(length) + " bytes of state at "
                    + Long.toUnsignedString(offset) + " of a region of " + regionBytes + " bytes");
        }
    }

    @Override
    public void write(MemorySegment from) {
        long done = 0;
        while (done < from.byteSize()) {
            long offset = client.readRegion64(REGION, MigrationRegisters.DATA_OFFSET);
            checkData(offset, 1);
            long count = Math.min(from.byteSize() - done, regionBytes - offset);
            client.writeRegion(REGION, offset, from.asSlice(done, count));
            client.writeRegion64(REGION, MigrationRegisters.DATA_SIZE, count);
            done += count;
        }
    }
}
