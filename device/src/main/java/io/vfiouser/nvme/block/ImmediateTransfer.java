package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.IoVector;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Does what waits for no medium: reads of what the kernel has in its cache; of a file that is in memory, writes as well. Everything else,
 * whatever ends early, and what somebody else is changing at the moment is left to a worker, which does all of it. One channel's, on its thread.
 */
final class ImmediateTransfer {
    /** What is written here holds up the poller's other queues no longer than some tens of microseconds. */
    private static final long LONGEST_WRITE_BYTES = 256 << 10;

    private final boolean inMemory;
    private final IoVector vector = new IoVector(IoVector.MAX_PIECES, Arena.ofAuto());
    private final long[] observed = new long[GranuleLocks.STRIPES];
    private @Nullable FileSession lockedBy;
    private int owner;
    /** Whether an error may have kept this object from giving back a granule. */
    private boolean mayHold;

    /** @param inMemory whether the file is in memory, and nowhere else */
    ImmediateTransfer(boolean inMemory) {
        this.inMemory = inMemory;
    }

    /**
     * Tries a request that was checked.
     *
     * @return whether it was done, with success
     */
    boolean done(FileSession session, BlockRequest request) {
        if (!possible(session, request) || !session.enter()) {
            return false;
        }
        try {
            return FileTransfer.fill(vector, request.data(), 0) >= 0
                    && (request.operation() == Operation.READ ? read(session, request) : write(session, request));
        } finally {
            session.leave();
        }
    }

    private boolean possible(FileSession session, BlockRequest request) {
        if (request.data().size() > IoVector.MAX_PIECES) {
            return false;
        }
        return switch (request.operation()) {
            case READ -> inMemory || session.readsWithoutWaiting;
            case WRITE -> inMemory && writes(session, request);
            default -> false;
        };
    }

    private static boolean writes(FileSession session, BlockRequest request) {
        SegmentList data = request.data();
        return !request.forceUnitAccess()
                && data.totalBytes() <= LONGEST_WRITE_BYTES
                && !BounceBuffer.isNeeded(data, FileTransfer.unitBytes(request, session.blockSizeBytes));
    }

    /** Whether all of the data was there and nobody changed it meanwhile. */
    private boolean read(FileSession session, BlockRequest request) {
        long position = request.firstBlock() * session.blockSizeBytes;
        long length = request.data().totalBytes();
        if (!session.locks.observe(position, length, observed)) {
            return false;
        }
        long result =
                inMemory ? session.file.read(vector, position) : session.file.readWithoutWaiting(vector, position);
        if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS || result == -Errno.EINVAL) {
            session.readsWithoutWaiting = false;
        }
        return result == length && session.locks.unchanged(position, result, observed);
    }

    /** Whether nobody else was changing the blocks, and all was written. */
    private boolean write(FileSession session, BlockRequest request) {
        long position = request.firstBlock() * session.blockSizeBytes;
        long length = request.data().totalBytes();
        takeOwner(session);
        mayHold = true;
        boolean whole = false;
        try {
            // A worker may hold a large range for long.
            if (session.locks.acquire(position, length, owner, 0)) {
                whole = session.file.write(vector, position) == length;
                // Not before: a flush in between would take it for its own.
                session.changed();
            }
        } finally {
            session.locks.release(position, length, owner);
        }
        mayHold = false;
        return whole;
    }

    private void takeOwner(FileSession session) {
        if (lockedBy != session) {
            lockedBy = session;
            owner = session.locks.newOwner();
        } else if (mayHold) {
            session.locks.releaseAll(owner);
        }
    }
}
