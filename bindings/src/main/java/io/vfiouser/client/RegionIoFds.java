package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.RegionIoFdsFormat;
import io.vfiouser.client.wire.SubRegionFormat;
import io.vfiouser.os.Fd;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asking for the pieces of a region that have descriptors. */
final class RegionIoFds {
    private static final int FIRST_ATTEMPT_BYTES = 4 << 10;
    private static final int MAX_BYTES = 64 << 10;

    private RegionIoFds() {}

    static List<RegionIoFd> query(Connection connection, int region, long regionBytes) {
        long wanted = FIRST_ATTEMPT_BYTES;
        while (true) {
            List<Fd> fds = request(connection, region, wanted);
            try {
                MemorySegment reply = connection.reply();
                long needed = RegionIoFdsFormat.argumentBytes(reply);
                if (needed <= wanted) {
                    return read(reply, needed, region, regionBytes, fds);
                }
                if (needed > MAX_BYTES || wanted > FIRST_ATTEMPT_BYTES) {
                    throw new VfioUserException(
                            "the server needs " + needed + " bytes to list the descriptors of region " + region);
                }
                wanted = needed;
            } finally {
                fds.forEach(Fd::close);
            }
        }
    }

    private static List<Fd> request(Connection connection, int region, long replyBytes) {
        MemorySegment request = connection.request().asSlice(0, RegionIoFdsFormat.BYTES);
        request.fill((byte) 0);
        RegionIoFdsFormat.argumentBytes(request, Math.min(replyBytes, connection.maxReplyBytes()));
        RegionIoFdsFormat.index(request, region);
        return connection.callWithFds(
                Command.DEVICE_GET_REGION_IO_FDS, RegionIoFdsFormat.BYTES, new int[0], RegionIoFdsFormat.BYTES);
    }

    /** The distance between entries follows from the lengths: it has grown once already. */
    private static List<RegionIoFd> read(
            MemorySegment reply, long argumentBytes, int region, long regionBytes, List<Fd> fds) {
        long count = RegionIoFdsFormat.count(reply);
        if (count == 0) {
            return List.of();
        }
        long stride = (argumentBytes - RegionIoFdsFormat.BYTES) / count;
        if (RegionIoFdsFormat.index(reply) != region
                || stride < SubRegionFormat.BYTES
                || RegionIoFdsFormat.BYTES + count * stride > reply.byteSize()) {
            throw new VfioUserException(
                    "the server's list of " + count + " descriptors of region " + region + " does not fit its message");
        }
        List<RegionIoFd> found = new ArrayList<>();
        boolean complete = false;
        try {
            for (long i = 0; i < count; i++) {
                MemorySegment entry = reply.asSlice(RegionIoFdsFormat.BYTES + i * stride, stride);
                found.add(read(entry, region, regionBytes, fds));
            }
            complete = true;
            return List.copyOf(found);
        } finally {
            if (!complete) {
                found.forEach(RegionIoFd::close);
            }
        }
    }

    private static RegionIoFd read(MemorySegment entry, int region, long regionBytes, List<Fd> fds) {
        RegionIoFd.Type type = switch (SubRegionFormat.type(entry)) {
            case SubRegionFormat.TYPE_IOEVENTFD -> RegionIoFd.Type.IOEVENTFD;
            case SubRegionFormat.TYPE_IOREGIONFD -> RegionIoFd.Type.IOREGIONFD;
            case SubRegionFormat.TYPE_IOEVENTFD_SHADOW -> RegionIoFd.Type.IOEVENTFD_SHADOW;
            default ->
                throw new VfioUserException("the server knows a kind of descriptor for region " + region
                        + " that this client does not: " + SubRegionFormat.type(entry));
        };
        long offset = SubRegionFormat.offset(entry);
        long lengthBytes = SubRegionFormat.lengthBytes(entry);
        if (offset < 0 || lengthBytes < 0 || offset > regionBytes - lengthBytes) {
            throw new VfioUserException("the server has a descriptor for a piece outside of region " + region);
        }
        boolean shadowed = type == RegionIoFd.Type.IOEVENTFD_SHADOW;
        if (shadowed && entry.byteSize() < SubRegionFormat.SHADOW_BYTES) {
            throw new VfioUserException("the server's shadow descriptor of region " + region + " is cut off");
        }
        Fd main = pick(fds, SubRegionFormat.fdIndex(entry), region);
        Fd shadow = shadowed ? pick(fds, SubRegionFormat.shadowFdIndex(entry), region) : null;
        // Entries may share descriptors on the wire; here each has its own.
        return new RegionIoFd(
                type,
                offset,
                lengthBytes,
                SubRegionFormat.flags(entry),
                SubRegionFormat.match(entry, entry.byteSize()),
                main.duplicate(),
                Optional.ofNullable(shadow).map(Fd::duplicate),
                shadowed ? SubRegionFormat.shadowOffset(entry) : 0);
    }

    private static Fd pick(List<Fd> fds, int index, int region) {
        if (index < 0 || index >= fds.size()) {
            throw new VfioUserException(
                    "the server names descriptor " + index + " of " + fds.size() + " for region " + region);
        }
        return fds.get(index);
    }
}
