package io.vfiouser.server;

import io.vfiouser.abi.Upcalls;
import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callback of one region: hands the library's buffer on with its true length. On the path of trapped doorbells, so it builds
 * no message unless something fails.
 */
final class RegionAdapter implements Upcalls.RegionAccess {
    private static final Logger LOG = LoggerFactory.getLogger(RegionAdapter.class);

    private final RegionIndex region;
    private final RegionAccess handler;
    private final LogLimit limit;

    RegionAdapter(RegionIndex region, RegionAccess handler, LogLimit limit) {
        this.region = region;
        this.handler = handler;
        this.limit = limit;
    }

    @Override
    public long access(MemorySegment buffer, long count, long offset, boolean write) {
        try {
            MemorySegment data = CallbackGuard.sized(buffer, count);
            if (write) {
                handler.write(offset, data.asReadOnly());
            } else {
                handler.read(offset, data);
            }
            return count;
        } catch (VfioUserErrno refusal) {
            LOG.debug("{} of {} bytes at {} of {}: {}", verb(write), count, offset, region, refusal.getMessage());
            return -refusal.errno();
        } catch (Throwable t) {
            if (limit.allows()) {
                LOG.error(
                        "{} of {} bytes at {} of {} threw; the client gets EIO{}",
                        verb(write),
                        count,
                        offset,
                        region,
                        limit.note(),
                        t);
            }
            return -Errno.EIO;
        }
    }

    private static String verb(boolean write) {
        return write ? "write" : "read";
    }
}
