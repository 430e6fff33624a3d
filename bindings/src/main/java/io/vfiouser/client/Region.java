package io.vfiouser.client;

import io.vfiouser.client.wire.CapabilityFormat;
import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.RegionInfoFormat;
import io.vfiouser.client.wire.RegionTypeFormat;
import io.vfiouser.client.wire.SparseAreaFormat;
import io.vfiouser.client.wire.SparseMmapFormat;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What is known of one region, with the descriptors to map it, which close with it. */
final class Region implements AutoCloseable {
    /** Enough for some 250 areas; a server that needs more says so. */
    private static final int FIRST_ATTEMPT_BYTES = 4 << 10;

    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_CAPABILITIES = 64;

    private final RegionInfo info;
    private final long fdOffset;
    private final List<Fd> fds;

    private Region(RegionInfo info, long fdOffset, List<Fd> fds) {
        this.info = info;
        this.fdOffset = fdOffset;
        this.fds = fds;
    }

    /** Asks the server. */
    static Region query(Connection connection, int index) {
        long wanted = FIRST_ATTEMPT_BYTES;
        while (true) {
            List<Fd> fds = request(connection, index, wanted);
            boolean taken = false;
            try {
                MemorySegment reply = connection.reply();
                long needed = RegionInfoFormat.argumentBytes(reply);
                if (needed <= wanted) {
                    Region region = read(reply, index, fds);
                    taken = true;
                    return region;
                }
                if (needed > MAX_BYTES || wanted > FIRST_ATTEMPT_BYTES) {
                    throw new VfioUserException("the server needs " + needed + " bytes to describe region " + index
                            + "; at most " + Math.max(wanted, MAX_BYTES) + " are reasonable");
                }
                wanted = needed;
            } finally {
                if (!taken) {
                    fds.forEach(Fd::close);
                }
            }
        }
    }

    private static List<Fd> request(Connection connection, int index, long replyBytes) {
        MemorySegment request = connection.request().asSlice(0, RegionInfoFormat.BYTES);
        request.fill((byte) 0);
        RegionInfoFormat.argumentBytes(request, Math.min(replyBytes, connection.maxReplyBytes()));
        RegionInfoFormat.index(request, index);
        return connection.callWithFds(
                Command.DEVICE_GET_REGION_INFO, RegionInfoFormat.BYTES, new int[0], RegionInfoFormat.BYTES);
    }

    private static Region read(MemorySegment reply, int index, List<Fd> fds) {
        int flags = RegionInfoFormat.flags(reply);
        long lengthBytes = RegionInfoFormat.lengthBytes(reply);
        if (RegionInfoFormat.index(reply) != index) {
            throw new VfioUserException(
                    "the server described region " + RegionInfoFormat.index(reply) + " instead of " + index);
        }
        if (lengthBytes < 0) {
            throw new VfioUserException("the server gives region " + index + " an impossible length");
        }
        long end = Math.min(reply.byteSize(), RegionInfoFormat.argumentBytes(reply));
        Capabilities found = (flags & RegionInfoFormat.CAPABILITIES) == 0
                ? new Capabilities()
                : Capabilities.read(reply, end, index, lengthBytes);
        boolean mappable = (flags & RegionInfoFormat.MMAP) != 0;
        List<SparseArea> areas = !mappable
                ? List.of()
                : found.sparse ? found.areas : lengthBytes == 0 ? List.of() : List.of(new SparseArea(0, lengthBytes));
        checkFds(index, areas, fds);
        RegionInfo info = new RegionInfo(
                index,
                lengthBytes,
                (flags & RegionInfoFormat.READ) != 0,
                (flags & RegionInfoFormat.WRITE) != 0,
                areas,
                found.type,
                found.subtype);
        return new Region(info, RegionInfoFormat.fdOffset(reply), List.copyOf(fds));
    }

    /** One descriptor serves all areas, or there is one for each. */
    private static void checkFds(int index, List<SparseArea> areas, List<Fd> fds) {
        boolean right = areas.isEmpty() ? fds.isEmpty() : fds.size() == 1 || fds.size() == areas.size();
        if (!right) {
            throw new VfioUserException("the server sent " + fds.size() + " descriptors for the " + areas.size()
                    + " areas of region " + index + " that may be mapped");
        }
    }

    RegionInfo info() {
        return info;
    }

    /** Maps one of the areas; the caller owns the mapping, which outlives the descriptors. */
    Mapping map(SparseArea area) {
        int at = info.areas().indexOf(area);
        if (at < 0) {
            throw new IllegalArgumentException(area + " is not an area of " + info);
        }
        Fd fd = fds.size() == 1 ? fds.getFirst() : fds.get(at);
        long offset = fdOffset + area.offset();
        try {
            return Mapping.map(fd, offset, area.lengthBytes(), info.protection());
        } catch (IllegalArgumentException | ErrnoException e) {
            // Offset, length and file all come from the server.
            throw new VfioUserException(
                    "the server's descriptor for region " + info.index() + " cannot be mapped: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        fds.forEach(Fd::close);
    }

    /** What the list behind the region info says. */
    private static final class Capabilities {
        private final List<SparseArea> areas = new ArrayList<>();
        private boolean sparse;
        private int type;
        private int subtype;

        static Capabilities read(MemorySegment reply, long end, int index, long lengthBytes) {
            Capabilities found = new Capabilities();
            long at = RegionInfoFormat.capabilityOffset(reply);
            for (int count = 0; at != 0; count++) {
                if (at < RegionInfoFormat.BYTES || at > end - CapabilityFormat.BYTES || count >= MAX_CAPABILITIES) {
                    throw new VfioUserException("the server's list of capabilities of region " + index
                            + " leads nowhere (offset " + at + " of " + end + " bytes, entry " + count + ")");
                }
                MemorySegment capability = reply.asSlice(at, end - at);
                switch (CapabilityFormat.id(capability)) {
                    case CapabilityFormat.SPARSE_MMAP -> found.addAreas(capability, index, lengthBytes);
                    case CapabilityFormat.REGION_TYPE -> found.setType(capability, index);
                    default -> {
                        // What is not known is not needed.
                    }
                }
                at = CapabilityFormat.next(capability);
            }
            return found;
        }

        private void addAreas(MemorySegment capability, int index, long lengthBytes) {
            long room = (capability.byteSize() - SparseMmapFormat.BYTES) / SparseAreaFormat.BYTES;
            if (capability.byteSize() < SparseMmapFormat.BYTES
                    || SparseMmapFormat.areaCount(capability) > room
                    || sparse) {
                throw new VfioUserException(
                        "the server's list of areas of region " + index + " does not fit its message");
            }
            sparse = true;
            for (int i = 0; i < SparseMmapFormat.areaCount(capability); i++) {
                MemorySegment area = capability.asSlice(SparseMmapFormat.BYTES + (long) i * SparseAreaFormat.BYTES);
                long offset = SparseAreaFormat.offset(area);
                long length = SparseAreaFormat.lengthBytes(area);
                if (offset < 0 || length <= 0 || offset > lengthBytes - length) {
                    throw new VfioUserException("the server offers an area outside of region " + index + " (offset "
                            + Long.toUnsignedString(offset) + ", " + Long.toUnsignedString(length) + " of "
                            + lengthBytes + " bytes)");
                }
                areas.add(new SparseArea(offset, length));
            }
        }

        private void setType(MemorySegment capability, int index) {
            if (capability.byteSize() < RegionTypeFormat.BYTES) {
                throw new VfioUserException("the server's type of region " + index + " does not fit its message");
            }
            type = RegionTypeFormat.type(capability);
            subtype = RegionTypeFormat.subtype(capability);
        }
    }
}
