package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.IoVector;
import io.vfiouser.os.RawFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Executes requests by system calls, for one thread, which makes and closes it. Data moves straight between the request's memory and the kernel, which
 * answers {@code EFAULT} where memory is gone.
 *
 * <p>The exception are writes with a block that crosses from one piece to another or lies across the border of two pages: if only
 * the first part could be read, the block would be torn. Their data is first copied, by the kernel too, into memory of our own.
 */
final class FileTransfer implements AutoCloseable {
    /** How much is zeroed, checked or copied at a time. */
    private static final int BUFFER_BYTES = 1 << 20;

    /**
     * How much is punched or zeroed by one call: a border at which a request can be cancelled, and what others are kept from for as long as
     * that takes.
     */
    private static final long RANGE_BYTES = 64L << 20;

    private static final Outcome OK = new Outcome(BlockStatus.OK, BlockRequest.UNKNOWN_BLOCK);
    private static final Outcome CANCELLED = new Outcome(BlockStatus.CANCELLED, BlockRequest.UNKNOWN_BLOCK);

    /** How a request ended. */
    record Outcome(BlockStatus status, long failedBlock) {}

    private final FileSession session;
    private final RawFile file;
    private final int blockSizeBytes;
    private final Arena arena = Arena.ofConfined();
    private final IoVector vector = new IoVector(IoVector.MAX_PIECES, arena);
    private final BounceBuffer bounce = new BounceBuffer(BUFFER_BYTES, arena);
    private final GranuleLocks locks;
    private final int owner;
    private final long[] observed = new long[GranuleLocks.STRIPES];
    private MemorySegment zeroes = MemorySegment.NULL;
    private MemorySegment scratch = MemorySegment.NULL;

    FileTransfer(FileSession session) {
        this.session = session;
        this.file = session.file;
        this.blockSizeBytes = session.blockSizeBytes;
        this.locks = session.locks;
        this.owner = locks.newOwner();
    }

    boolean isOf(FileSession wanted) {
        return session == wanted;
    }

    Outcome execute(FileTask task) {
        BlockRequest request = task.request;
        Outcome outcome = switch (request.operation()) {
            case READ -> readWhole(task);
            case WRITE -> writeWhole(task);
            case FLUSH -> of(session.sync());
            case WRITE_ZEROES -> zero(task, request.mayDeallocate());
            case DEALLOCATE -> zero(task, true);
            case VERIFY -> verify(task);
        };
        if (request.forceUnitAccess() && session.hasLostWrites()) {
            return of(BlockStatus.WRITE_ERROR);
        }
        boolean changed =
                outcome.status() == BlockStatus.OK && request.operation().changesMedium();
        boolean durable = request.operation() == Operation.WRITE && session.durableWrites;
        return changed && request.forceUnitAccess() && !durable ? of(session.sync()) : outcome;
    }

    /** Holds up nobody, unless somebody changed the blocks meanwhile. */
    private Outcome readWhole(FileTask task) {
        long start = start(task);
        long length = length(task);
        if (locks.observe(start, length, observed)) {
            Outcome outcome = read(task);
            if (outcome.status() != BlockStatus.OK || locks.unchanged(start, length, observed)) {
                return outcome;
            }
        }
        try {
            acquire(start, length);
            return read(task);
        } finally {
            locks.release(start, length, owner);
        }
    }

    private Outcome writeWhole(FileTask task) {
        long start = start(task);
        long length = length(task);
        try {
            acquire(start, length);
            return write(task);
        } finally {
            locks.release(start, length, owner);
        }
    }

    private Outcome read(FileTask task) {
        SegmentList data = task.request.data();
        long position = start(task);
        int piece = 0;
        while (piece < data.size()) {
            piece = fill(vector, data, piece);
            if (piece < 0) {
                return of(BlockStatus.MEMORY_FAULT);
            }
            while (vector.totalBytes() > 0) {
                if (task.stopWanted()) {
                    return CANCELLED;
                }
                long moved = file.read(vector, position);
                if (moved <= 0) {
                    return readFailed(moved, position);
                }
                vector.advance(moved);
                position += moved;
            }
        }
        return OK;
    }

    private Outcome write(FileTask task) {
        SegmentList data = task.request.data();
        if (!BounceBuffer.isNeeded(data, unitBytes(task))) {
            long position = start(task);
            int piece = 0;
            while (piece < data.size()) {
                piece = fill(vector, data, piece);
                if (piece < 0) {
                    return of(BlockStatus.MEMORY_FAULT);
                }
                long bytes = vector.totalBytes();
                Outcome outcome = writeVector(task, position);
                if (outcome.status() != BlockStatus.OK) {
                    return outcome;
                }
                position += bytes;
            }
            return OK;
        }
        long position = start(task);
        bounce.begin(data);
        while (bounce.hasMore()) {
            if (!bounce.next(vector)) {
                return of(BlockStatus.MEMORY_FAULT);
            }
            long bytes = vector.totalBytes();
            Outcome outcome = writeVector(task, position);
            if (outcome.status() != BlockStatus.OK) {
                return outcome;
            }
            position += bytes;
        }
        return OK;
    }

    /** Writes all of the vector, durably if the request asks for it and the file system can. */
    private Outcome writeVector(FileTask task, long from) {
        long position = from;
        while (vector.totalBytes() > 0) {
            if (task.stopWanted() && position % unitBytes(task) == 0) {
                return CANCELLED;
            }
            boolean durably = task.request.forceUnitAccess() && session.durableWrites;
            long moved = durably ? file.writeDurably(vector, position) : file.write(vector, position);
            if (durably && (moved == -Errno.EOPNOTSUPP || moved == -Errno.ENOSYS || moved == -Errno.EINVAL)) {
                session.durableWrites = false;
                continue;
            }
            if (moved <= 0) {
                if (durably && moved != -Errno.EFAULT) {
                    // The error may stand for other data, too, and the kernel reports it once.
                    session.lostWrites();
                }
                return new Outcome(
                        session.failed(
                                "write at " + position, moved == 0 ? -Errno.EIO : moved, BlockStatus.WRITE_ERROR),
                        position / blockSizeBytes);
            }
            vector.advance(moved);
            position += moved;
        }
        return OK;
    }

    private Outcome zero(FileTask task, boolean giveBack) {
        long position = start(task);
        long end = position + length(task);
        while (position < end) {
            if (task.stopWanted()) {
                return CANCELLED;
            }
            boolean byCall = session.zeroesRanges || (giveBack && session.punchesHoles);
            long step = byCall ? RANGE_BYTES : BUFFER_BYTES;
            // Up to a border that no block crosses.
            long length = Math.min(end - position, step - position % step);
            Outcome outcome = zeroPart(task, position, length, giveBack);
            if (outcome.status() != BlockStatus.OK) {
                return outcome;
            }
            position += length;
        }
        return OK;
    }

    private Outcome zeroPart(FileTask task, long position, long length, boolean giveBack) {
        try {
            acquire(position, length);
            int result = zeroRange(position, length, giveBack);
            if (result == -Errno.EOPNOTSUPP) {
                return writeZeroes(task, position, length);
            }
            return result == 0
                    ? OK
                    : new Outcome(
                            session.failed("zero at " + position, result, BlockStatus.WRITE_ERROR),
                            position / blockSizeBytes);
        } finally {
            locks.release(position, length, owner);
        }
    }

    private int zeroRange(long position, long length, boolean giveBack) {
        if (giveBack && session.punchesHoles) {
            int result = file.punchHole(position, length);
            if (result != -Errno.EOPNOTSUPP) {
                return result;
            }
            session.punchesHoles = false;
        }
        if (session.zeroesRanges) {
            int result = file.zeroRange(position, length);
            if (result != -Errno.EOPNOTSUPP) {
                return result;
            }
            session.zeroesRanges = false;
        }
        return -Errno.EOPNOTSUPP;
    }

    private Outcome writeZeroes(FileTask task, long position, long length) {
        if (zeroes.byteSize() == 0) {
            zeroes = arena.allocate(BUFFER_BYTES);
        }
        long end = position + length;
        long at = position;
        while (at < end) {
            long bytes = Math.min(end - at, BUFFER_BYTES);
            vector.clear();
            vector.add(zeroes.address(), bytes);
            Outcome outcome = writeVector(task, at);
            if (outcome.status() != BlockStatus.OK) {
                return outcome;
            }
            at += bytes;
        }
        return OK;
    }

    private Outcome verify(FileTask task) {
        if (scratch.byteSize() == 0) {
            scratch = arena.allocate(BUFFER_BYTES);
        }
        long position = start(task);
        long end = position + length(task);
        while (position < end) {
            if (task.stopWanted()) {
                return CANCELLED;
            }
            vector.clear();
            vector.add(scratch.address(), Math.min(end - position, BUFFER_BYTES));
            long moved = file.read(vector, position);
            if (moved <= 0) {
                return readFailed(moved, position);
            }
            position += moved;
        }
        return OK;
    }

    private Outcome readFailed(long result, long position) {
        long block = position / blockSizeBytes;
        if (result == 0) {
            session.warn("read at " + position, "the file ends there, somebody made it shorter");
            return new Outcome(BlockStatus.READ_ERROR, block);
        }
        return new Outcome(session.failed("read at " + position, result, BlockStatus.READ_ERROR), block);
    }

    /**
     * Fills a vector with as many pieces as it takes, from {@code first} on.
     *
     * @return the first piece that was left over, or -1 if the memory of one is unmapped
     */
    static int fill(IoVector vector, SegmentList data, int first) {
        vector.clear();
        int piece = first;
        while (piece < data.size() && !vector.isFull()) {
            // Only addresses reach the kernel: what is mapped there after an unmap must not be hit by mistake.
            if (!data.segment(piece).scope().isAlive()) {
                return -1;
            }
            vector.add(data.address(piece), data.length(piece));
            piece++;
        }
        return piece;
    }

    private long start(FileTask task) {
        return task.request.firstBlock() * blockSizeBytes;
    }

    private long length(FileTask task) {
        return task.request.blockCount() * blockSizeBytes;
    }

    /** What may not be left half changed: a block, or what is a block for who sees larger ones on this device. */
    static int unitBytes(BlockRequest request, int blockSizeBytes) {
        long borders = request.firstBlock() | request.blockCount();
        boolean large = (borders * blockSizeBytes & (GranuleLocks.UNIT_BYTES - 1)) == 0;
        return large ? GranuleLocks.UNIT_BYTES : blockSizeBytes;
    }

    private int unitBytes(FileTask task) {
        return unitBytes(task.request, blockSizeBytes);
    }

    /** For as long as it takes: the other workers do what comes from the medium, too. */
    private void acquire(long start, long length) {
        locks.acquire(start, length, owner, Long.MAX_VALUE);
    }

    private static Outcome of(BlockStatus status) {
        return status == BlockStatus.OK ? OK : new Outcome(status, BlockRequest.UNKNOWN_BLOCK);
    }

    @Override
    public void close() {
        bounce.close();
        arena.close();
    }
}
