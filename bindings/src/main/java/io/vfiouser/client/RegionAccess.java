package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.RegionAccessFormat;
import java.lang.foreign.MemorySegment;

/** Reading and writing regions by messages, split where they are too long for one. */
final class RegionAccess {
    /**
     * The longest piece of a write. Messages of this length arrive in one piece ({@link Connection#ATOMIC_MESSAGE_BYTES}),
     * and pieces begin at page boundaries if the access does.
     */
    static final int LONGEST_WRITE_BYTES = 28 << 10;

    private final Connection connection;
    private final int longestRead;
    private final int longestWrite;

    RegionAccess(Connection connection, int maxDataTransferBytes) {
        this.connection = connection;
        this.longestRead = maxDataTransferBytes;
        this.longestWrite = Math.min(maxDataTransferBytes, LONGEST_WRITE_BYTES);
    }

    void read(int region, long offset, MemorySegment into) {
        long done = 0;
        while (done < into.byteSize()) {
            int count = (int) Math.min(longestRead, into.byteSize() - done);
            describe(connection.request(), region, offset + done, count);
            connection.call(Command.REGION_READ, RegionAccessFormat.BYTES, RegionAccessFormat.BYTES + count);
            MemorySegment reply = connection.reply();
            check(reply, region, offset + done, count);
            MemorySegment.copy(reply, RegionAccessFormat.BYTES, into, done, count);
            done += count;
        }
    }

    void write(int region, long offset, MemorySegment from) {
        long done = 0;
        while (done < from.byteSize()) {
            int count = (int) Math.min(longestWrite, from.byteSize() - done);
            fill(region, offset + done, from, done, count);
            connection.call(Command.REGION_WRITE, RegionAccessFormat.BYTES + count, RegionAccessFormat.BYTES);
            check(connection.reply(), region, offset + done, count);
            done += count;
        }
    }

    void post(int region, long offset, MemorySegment from) {
        long done = 0;
        while (done < from.byteSize()) {
            int count = (int) Math.min(longestWrite, from.byteSize() - done);
            fill(region, offset + done, from, done, count);
            connection.post(Command.REGION_WRITE, RegionAccessFormat.BYTES + count);
            done += count;
        }
    }

    private void fill(int region, long offset, MemorySegment from, long fromOffset, int count) {
        MemorySegment request = connection.request();
        describe(request, region, offset, count);
        MemorySegment.copy(from, fromOffset, request, RegionAccessFormat.BYTES, count);
    }

    private static void describe(MemorySegment request, int region, long offset, int count) {
        RegionAccessFormat.offset(request, offset);
        RegionAccessFormat.region(request, region);
        RegionAccessFormat.count(request, count);
    }

    private static void check(MemorySegment reply, int region, long offset, int count) {
        if (RegionAccessFormat.count(reply) != count
                || RegionAccessFormat.region(reply) != region
                || RegionAccessFormat.offset(reply) != offset) {
            throw new VfioUserException("the server answered an access of " + count + " bytes at " + offset
                    + " of region " + region + " with one of "
                    + Integer.toUnsignedString(RegionAccessFormat.count(reply)) + " bytes at "
                    + Long.toUnsignedString(RegionAccessFormat.offset(reply)) + " of region "
                    + Integer.toUnsignedString(RegionAccessFormat.region(reply)));
        }
    }
}
