package io.vfiouser.client;

import io.vfiouser.client.wire.BitmapRangeFormat;
import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DirtyPagesFormat;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Dirty logging by a command of its own (protocol 0.1, specification "VFIO_USER_DIRTY_PAGES"). */
final class CommandDirtyLog implements DirtyLog {
    private static final int HEAD_BYTES = DirtyPagesFormat.BYTES + BitmapRangeFormat.BYTES;

    private final Connection connection;
    private final DmaRegions regions;
    private final long pageBytes;
    private final int largestBitmap;

    CommandDirtyLog(Connection connection, DmaRegions regions, long pageBytes, int maxDataTransferBytes) {
        this.connection = connection;
        this.regions = regions;
        this.pageBytes = DirtyBitmaps.checkPageBytes(pageBytes);
        this.largestBitmap = maxDataTransferBytes - HEAD_BYTES;
    }

    @Override
    public long pageBytes() {
        return pageBytes;
    }

    @Override
    public void start() {
        // First here, so that nothing the server writes by message is missed.
        regions.startLogging(pageBytes);
        change(DirtyPagesFormat.START);
    }

    @Override
    public void stop() {
        change(DirtyPagesFormat.STOP);
        regions.stopLogging();
    }

    private void change(int flag) {
        MemorySegment request = connection.request();
        DirtyPagesFormat.argumentBytes(request, DirtyPagesFormat.BYTES);
        DirtyPagesFormat.flags(request, flag);
        connection.call(Command.DIRTY_PAGES, DirtyPagesFormat.BYTES, 0);
    }

    @Override
    public BitSet report(long iova, long lengthBytes) {
        return DirtyBitmaps.report(regions, iova, lengthBytes, pageBytes, largestBitmap, this::ask);
    }

    private MemorySegment ask(long iova, long lengthBytes, int bitmapBytes) {
        MemorySegment request = connection.request();
        DirtyPagesFormat.argumentBytes(request, HEAD_BYTES + (long) bitmapBytes);
        DirtyPagesFormat.flags(request, DirtyPagesFormat.GET_BITMAP);
        MemorySegment range = request.asSlice(DirtyPagesFormat.BYTES);
        BitmapRangeFormat.address(range, iova);
        BitmapRangeFormat.lengthBytes(range, lengthBytes);
        BitmapRangeFormat.pageBytes(range, pageBytes);
        BitmapRangeFormat.bitmapBytes(range, bitmapBytes);
        connection.call(Command.DIRTY_PAGES, HEAD_BYTES, HEAD_BYTES + bitmapBytes);
        return connection.reply().asSlice(HEAD_BYTES, bitmapBytes);
    }
}
