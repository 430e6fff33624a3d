package io.vfiouser.server;

import io.vfiouser.abi.NativeCalls;
import io.vfiouser.abi.VfuConstants;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One read or write of guest memory that may span regions and may need the client's help. The context's thread. */
final class GuestTransfer {
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
                byMessage(address, part, write);
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

    private void byMessage(long iova, MemorySegment part, boolean write) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = DmaTable.entry(calls, arena);
            int protection = (write ? Protection.WRITE : Protection.READ).bits();
            long entries = NativeContext.check(
                    "translate 0x" + Long.toHexString(iova),
                    calls.addrToSgl(context.pointer(), iova, part.byteSize(), entry, 1, protection));
            if (entries != 1) {
                throw new ErrnoException("translate 0x" + Long.toHexString(iova), Errno.ENOENT);
            }
            MemorySegment buffer = part.isNative() ? part : arena.allocate(part.byteSize());
            if (write && !part.isNative()) {
                buffer.copyFrom(part);
            }
            // Where there is file I/O on a region's descriptor, it spares the client the message.
            int flags = calls.level().hasDirectAccess() ? VfuConstants.SGL_DIRECT_ACCESS : 0;
            int result = context.transfer(() -> write
                    ? calls.sglWrite(context.pointer(), entry, 1, buffer, flags)
                    : calls.sglRead(context.pointer(), entry, 1, buffer, flags));
            NativeContext.check((write ? "write" : "read") + " guest memory by message", result);
            if (!write && !part.isNative()) {
                part.copyFrom(buffer);
            }
        }
    }
}
