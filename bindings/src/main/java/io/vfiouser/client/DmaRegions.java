package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DmaAccessFormat;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemoryFaults;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory the server was given, and the answers to its requests to read and write it by messages (specification,
 * "VFIO_USER_DMA_READ" and "VFIO_USER_DMA_WRITE").
 *
 * <p>A server may use messages for memory it was given a descriptor for as well, so that is mapped here when it does.
 */
final class DmaRegions implements CommandHandler, AutoCloseable {
    /** A region; addresses are unsigned. */
    static final class Entry {
        private final long iova;
        private final long lengthBytes;
        private final Protection protection;
        private final SharedDescriptors.@Nullable Shared fd;
        private final long fdOffset;
        private final BitSet dirty = new BitSet();
        private @Nullable MemorySegment memory;
        private @Nullable Mapping mapping;

        Entry(long iova, MemorySegment memory, Protection protection) {
            this.iova = iova;
            this.lengthBytes = memory.byteSize();
            this.protection = protection;
            this.memory = memory;
            this.fd = null;
            this.fdOffset = 0;
        }

        /** Releases the descriptor when it is closed. */
        Entry(long iova, long lengthBytes, SharedDescriptors.Shared fd, long fdOffset, Protection protection) {
            this.iova = iova;
            this.lengthBytes = lengthBytes;
            this.protection = protection;
            this.fd = fd;
            this.fdOffset = fdOffset;
        }

        boolean hasFd() {
            return fd != null;
        }

        private boolean contains(long address, long count) {
            long offset = address - iova;
            return Long.compareUnsigned(address, iova) >= 0
                    && Long.compareUnsigned(offset, lengthBytes) < 0
                    && Long.compareUnsigned(count, lengthBytes - offset) <= 0;
        }

        private MemorySegment memory() {
            if (memory == null) {
                if (fd == null) {
                    throw new IllegalStateException("a region with neither memory nor descriptor");
                }
                mapping = Mapping.map(fd.fd(), fdOffset, lengthBytes, protection);
                memory = mapping.segment();
            }
            return memory;
        }

        void close() {
            memory = null;
            if (mapping != null) {
                mapping.close();
            }
            if (fd != null) {
                fd.release();
            }
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private long dirtyPageBytes;

    void add(Entry entry) {
        entries.add(entry);
    }

    void remove(Entry entry) {
        entries.remove(entry);
        entry.close();
    }

    void removeAll() {
        entries.forEach(Entry::close);
        entries.clear();
    }

    /** The region of exactly this place and length. */
    @Nullable
    Entry find(long iova, long lengthBytes) {
        for (Entry entry : entries) {
            if (entry.iova == iova && entry.lengthBytes == lengthBytes) {
                return entry;
            }
        }
        return null;
    }

    /** Notes from now on which pages the server writes by messages. */
    void startLogging(long pageBytes) {
        dirtyPageBytes = pageBytes;
        entries.forEach(entry -> entry.dirty.clear());
    }

    /** As {@link #startLogging}, with every page of every region noted. */
    void startLoggingAsAllDirty(long pageBytes) {
        dirtyPageBytes = pageBytes;
        for (Entry entry : entries) {
            entry.dirty.set(0, (int) Math.ceilDiv(entry.lengthBytes, pageBytes));
        }
    }

    void stopLogging() {
        dirtyPageBytes = 0;
    }

    /** Adds the pages of the region that were written by messages since the last call. */
    void takeDirty(Entry entry, BitSet into) {
        into.or(entry.dirty);
        entry.dirty.clear();
    }

    @Override
    public int handle(int command, MemorySegment request, MemorySegment reply) {
        if (command != Command.DMA_READ && command != Command.DMA_WRITE) {
            return -Errno.ENOTSUP;
        }
        if (request.byteSize() < DmaAccessFormat.BYTES) {
            return -Errno.EINVAL;
        }
        boolean read = command == Command.DMA_READ;
        long address = DmaAccessFormat.address(request);
        long count = DmaAccessFormat.count(request);
        long room = (read ? reply.byteSize() : request.byteSize()) - DmaAccessFormat.BYTES;
        if (count < 0 || count > room) {
            return -Errno.EINVAL;
        }
        Entry entry = containing(address, count);
        if (entry == null) {
            return -Errno.EFAULT;
        }
        if (read ? !entry.protection.readable() : !entry.protection.writable()) {
            return -Errno.EACCES;
        }
        return transfer(entry, read, address, count, request, reply);
    }

    private int transfer(
            Entry entry, boolean read, long address, long count, MemorySegment request, MemorySegment reply) {
        long offset = address - entry.iova;
        try {
            MemorySegment memory = entry.memory();
            if (read) {
                MemorySegment.copy(memory, offset, reply, DmaAccessFormat.BYTES, count);
            } else {
                MemorySegment.copy(request, DmaAccessFormat.BYTES, memory, offset, count);
            }
            MemoryFaults.deliver();
        } catch (IllegalArgumentException | ErrnoException | InternalError e) {
            // Whoever has the descriptor can make the file shorter, the server included; then it does not get its data.
            return -Errno.EFAULT;
        }
        DmaAccessFormat.address(reply, address);
        DmaAccessFormat.count(reply, count);
        if (read) {
            return DmaAccessFormat.BYTES + (int) count;
        }
        if (dirtyPageBytes != 0 && count > 0) {
            entry.dirty.set((int) (offset / dirtyPageBytes), (int) ((offset + count - 1) / dirtyPageBytes) + 1);
        }
        return DmaAccessFormat.BYTES;
    }

    private @Nullable Entry containing(long address, long count) {
        for (Entry entry : entries) {
            if (entry.contains(address, count)) {
                return entry;
            }
        }
        return null;
    }

    @Override
    public void close() {
        removeAll();
    }
}
