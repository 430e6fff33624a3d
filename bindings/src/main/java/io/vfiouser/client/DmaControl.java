package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DmaMapFormat;
import io.vfiouser.client.wire.DmaUnmapFormat;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;

/** Giving memory to the server and taking it back. */
final class DmaControl {
    private static final int[] NO_FDS = {};

    private final Connection connection;
    private final DmaRegions regions;
    private final SharedDescriptors descriptors = new SharedDescriptors();

    DmaControl(Connection connection, DmaRegions regions) {
        this.connection = connection;
        this.regions = regions;
    }

    void map(long iova, long lengthBytes, Fd fd, long fdOffset, Protection protection) {
        if (lengthBytes <= 0 || fdOffset < 0) {
            throw new IllegalArgumentException("cannot give away " + lengthBytes + " bytes at offset " + fdOffset);
        }
        int[] sent = {fd.value()};
        // A copy, since the server may ask by messages as well, long after the caller has closed its own.
        DmaRegions.Entry entry = new DmaRegions.Entry(iova, lengthBytes, descriptors.of(fd), fdOffset, protection);
        map(entry, iova, lengthBytes, sent, fdOffset, protection);
    }

    void map(long iova, MemorySegment memory, Protection protection) {
        if (memory.byteSize() == 0) {
            throw new IllegalArgumentException("cannot give away memory of no bytes");
        }
        map(new DmaRegions.Entry(iova, memory, protection), iova, memory.byteSize(), NO_FDS, 0, protection);
    }

    private void map(
            DmaRegions.Entry entry, long iova, long lengthBytes, int[] fds, long fdOffset, Protection protection) {
        MemorySegment request = connection.request();
        DmaMapFormat.argumentBytes(request, DmaMapFormat.BYTES);
        DmaMapFormat.flags(
                request,
                (protection.readable() ? DmaMapFormat.READ : 0) | (protection.writable() ? DmaMapFormat.WRITE : 0));
        DmaMapFormat.fdOffset(request, fdOffset);
        DmaMapFormat.address(request, iova);
        DmaMapFormat.lengthBytes(request, lengthBytes);
        // Known before the server is told: its first request may come before its reply.
        regions.add(entry);
        boolean mapped = false;
        try {
            connection.call(Command.DMA_MAP, DmaMapFormat.BYTES, fds, 0);
            mapped = true;
        } finally {
            if (!mapped) {
                regions.remove(entry);
            }
        }
    }

    void unmap(long iova, long lengthBytes) {
        unmap(0, iova, lengthBytes);
        DmaRegions.Entry entry = regions.find(iova, lengthBytes);
        if (entry != null) {
            regions.remove(entry);
        }
    }

    void unmapAll() {
        unmap(DmaUnmapFormat.ALL, 0, 0);
        regions.removeAll();
    }

    private void unmap(int flags, long iova, long lengthBytes) {
        MemorySegment request = connection.request();
        DmaUnmapFormat.argumentBytes(request, DmaUnmapFormat.BYTES);
        DmaUnmapFormat.flags(request, flags);
        DmaUnmapFormat.address(request, iova);
        DmaUnmapFormat.lengthBytes(request, lengthBytes);
        // Servers without DMA answer with nothing, others repeat the request.
        connection.call(Command.DMA_UNMAP, DmaUnmapFormat.BYTES, 0);
        MemorySegment reply = connection.reply();
        if (reply.byteSize() >= DmaUnmapFormat.BYTES
                && (DmaUnmapFormat.address(reply) != iova || DmaUnmapFormat.lengthBytes(reply) != lengthBytes)) {
            throw new VfioUserException("the server took back another region than the one at " + Long.toHexString(iova)
                    + " of " + lengthBytes + " bytes");
        }
    }
}
