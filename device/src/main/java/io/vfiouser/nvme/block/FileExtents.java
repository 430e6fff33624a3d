package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.RawFile;

/** Finds what of a file is not a hole. */
final class FileExtents {
    private FileExtents() {}

    /** Names the blocks in [{@code first}, {@code end}) that lie in data, whole blocks, neighbours merged. */
    static void forEach(RawFile file, int blockSizeBytes, long first, long end, ExtentVisitor visitor) {
        long endByte = end * blockSizeBytes;
        long at = first * blockSizeBytes;
        // The range found last, not yet named since the next one may touch it.
        long pendingFirst = 0;
        long pendingEnd = 0;
        while (at < endByte) {
            long data = file.nextData(at);
            if (data == -Errno.ENXIO || data >= endByte) {
                break;
            }
            long hole = data < 0 ? data : file.nextHole(data);
            if (hole == -Errno.EINVAL || hole == -Errno.EOPNOTSUPP) {
                // Not every file system knows its holes.
                data = at;
                hole = endByte;
            } else if (hole < 0) {
                throw new ErrnoException("find data and holes of " + file, (int) -hole);
            }
            long from = Math.max(data / blockSizeBytes, first);
            long to = Math.min((hole + blockSizeBytes - 1) / blockSizeBytes, end);
            if (pendingEnd > pendingFirst && from > pendingEnd) {
                if (!visitor.extent(pendingFirst, pendingEnd - pendingFirst)) {
                    return;
                }
                pendingFirst = from;
            } else if (pendingEnd == pendingFirst) {
                pendingFirst = from;
            }
            pendingEnd = Math.max(pendingEnd, to);
            at = hole;
        }
        if (pendingEnd > pendingFirst) {
            visitor.extent(pendingFirst, pendingEnd - pendingFirst);
        }
    }
}
