package io.vfiouser.server;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.NativeCalls;
import io.vfiouser.abi.VfuConstants;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One read or write of guest memory that may span regions and may need the client's help. The context's thread.
 *
 * <p>Level 0.1 has two faults here. It asks the client for the start of the region whatever the offset; the address is the first field of
 * its scatter-gather entries, and is put right there, where nothing else reads it. And it gets the length of the last message of a
 * transfer wrong that takes several; so a transfer is cut to messages that clients accept with the protocol's defaults.
 */
final class GuestTransfer {
    /** {@code dma_addr} of level 0.1's {@code struct dma_sg}. */
    private static final long OLD_ADDRESS_OFFSET = 0;

    private static final long OLD_PIECE_BYTES = 64 * 1024;

    private final DeviceContext context;
    private final NativeCalls calls;

    GuestTransfer(DeviceContext context) {
        this.context = context;
        this.calls = context.calls();
    }

    void read(long iova, MemorySegment into) {
        transfer(iova, into, false);
    }

    void write(long iova, MemorySegment from) {
        transfer(iova, from, true);
    }

    private void transfer(long iova, MemorySegment data, boolean write) {
        context.own();
        long done = 0;
        while (done < data.byteSize()) {
            long address = iova + done;
            DmaRegion region = context.dma()
                    .containing(address)
                    .orElseThrow(() ->
                            new ErrnoException("reach guest memory at 0x" + Long.toHexString(address), Errno.ENOENT));
            if (write ? !region.writable() : !region.protection().readable()) {
                throw new ErrnoException((write ? "write " : "read ") + region, Errno.EACCES);
            }
            long offset = address - region.iova();
            long count = Math.min(data.byteSize() - done, region.lengthBytes() - offset);
            MemorySegment part = data.asSlice(done, count);
            if (region.mapped()) {
                copy(region, offset, part, write);
            } else {
                byMessage(address, part, write, true);
            }
            done += count;
        }
    }

    private static void copy(DmaRegion region, long offset, MemorySegment part, boolean write) {
        MemorySegment guest = region.segment().asSlice(offset, part.byteSize());
        if (write) {
            guest.copyFrom(part);
            region.markDirty(offset, part.byteSize());
        } else {
            part.copyFrom(guest);
        }
    }

    /**
     * Asks the client, in pieces where that is needed, whether the memory is mapped here or not.
     *
     * @param direct use the region's descriptor instead where the level can
     */
    void byMessage(long iova, MemorySegment data, boolean write, boolean direct) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = DmaTable.entry(calls, arena);
            long pieceBytes = calls.level() == AbiLevel.V0_1 ? OLD_PIECE_BYTES : data.byteSize();
            MemorySegment copy =
                    data.isNative() ? MemorySegment.NULL : arena.allocate(Math.min(pieceBytes, data.byteSize()));
            int flags = direct && calls.level().hasDirectAccess() ? VfuConstants.SGL_DIRECT_ACCESS : 0;
            for (long at = 0; at < data.byteSize(); at += pieceBytes) {
                MemorySegment piece = data.asSlice(at, Math.min(pieceBytes, data.byteSize() - at));
                MemorySegment buffer = data.isNative() ? piece : copy.asSlice(0, piece.byteSize());
                if (write && !data.isNative()) {
                    buffer.copyFrom(piece);
                }
                resolve(iova + at, piece.byteSize(), entry, write);
                int result = context.transfer(() -> write
                        ? calls.sglWrite(context.pointer(), entry, 1, buffer, flags)
                        : calls.sglRead(context.pointer(), entry, 1, buffer, flags));
                NativeContext.check((write ? "write" : "read") + " guest memory by message", result);
                if (!write && !data.isNative()) {
                    piece.copyFrom(buffer);
                }
            }
        }
    }

    private void resolve(long iova, long lengthBytes, MemorySegment entry, boolean write) {
        int protection = (write ? Protection.WRITE : Protection.READ).bits();
        String what = "translate 0x" + Long.toHexString(iova);
        if (NativeContext.check(what, calls.addrToSgl(context.pointer(), iova, lengthBytes, entry, 1, protection))
                != 1) {
            throw new ErrnoException(what, Errno.ENOENT);
        }
        if (calls.level() == AbiLevel.V0_1) {
            entry.set(ValueLayout.JAVA_LONG, OLD_ADDRESS_OFFSET, iova);
        }
    }
}
