package io.vfiouser.client;

import io.vfiouser.client.wire.DeviceFeatureFormat;
import io.vfiouser.client.wire.LoggingReportFormat;
import io.vfiouser.client.wire.LoggingStartFormat;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Dirty logging by device features (protocol 0.2). */
final class FeatureDirtyLog implements DirtyLog {
    private final Features features;
    private final DmaRegions regions;
    private final int largestBitmap;
    private long pageBytes;

    FeatureDirtyLog(Connection connection, DmaRegions regions, long pageBytes) {
        this.features = new Features(connection);
        this.regions = regions;
        this.pageBytes = DirtyBitmaps.checkPageBytes(pageBytes);
        this.largestBitmap = connection.maxReplyBytes() - DeviceFeatureFormat.BYTES - LoggingReportFormat.BYTES;
    }

    @Override
    public long pageBytes() {
        return pageBytes;
    }

    @Override
    public void start() {
        MemorySegment data = features.data();
        data.asSlice(0, LoggingStartFormat.BYTES).fill((byte) 0);
        LoggingStartFormat.pageBytes(data, pageBytes);
        // First here, so that nothing the server writes by message is missed.
        regions.startLogging(pageBytes);
        MemorySegment reply = features.set(DeviceFeatureFormat.DMA_LOGGING_START, LoggingStartFormat.BYTES);
        long chosen = DirtyBitmaps.checkPageBytes(LoggingStartFormat.pageBytes(reply));
        if (chosen != pageBytes) {
            // What this side noted since is counted in the wrong pages, so everything is noted: false alarms only.
            regions.startLoggingAsAllDirty(chosen);
            pageBytes = chosen;
        }
    }

    @Override
    public void stop() {
        features.set(DeviceFeatureFormat.DMA_LOGGING_STOP, 0);
        regions.stopLogging();
    }

    /** Asks in the server's own page size: libvfio-user goes wrong when it has to convert. */
    @Override
    public BitSet report(long iova, long lengthBytes) {
        return DirtyBitmaps.report(regions, iova, lengthBytes, pageBytes, largestBitmap, this::ask);
    }

    private MemorySegment ask(long iova, long lengthBytes, int bitmapBytes) {
        MemorySegment data = features.data();
        LoggingReportFormat.address(data, iova);
        LoggingReportFormat.lengthBytes(data, lengthBytes);
        LoggingReportFormat.pageBytes(data, pageBytes);
        MemorySegment reply = features.get(
                DeviceFeatureFormat.DMA_LOGGING_REPORT,
                LoggingReportFormat.BYTES,
                LoggingReportFormat.BYTES + bitmapBytes);
        return reply.asSlice(LoggingReportFormat.BYTES, bitmapBytes);
    }
}
