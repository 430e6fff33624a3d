package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestBuffer;
import io.vfiouser.nvme.memory.PrpWalk;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An admin command: a copy of its submission entry, so that no field changes after it was checked. Control thread only. */
final class AdminRequest {
    private final SharedState shared;
    /** Native memory: what reads entries is fastest there, and is to see nothing else. */
    private final MemorySegment entry = Arena.ofAuto().allocate(SubmissionEntry.LENGTH_BYTES);

    private final GuestBuffer buffer = new GuestBuffer();
    private final PrpWalk prps = new PrpWalk();
    private long result;

    AdminRequest(SharedState shared) {
        this.shared = shared;
    }

    /** Takes over the entry at {@code offset}. */
    void load(MemorySegment entries, long offset) {
        MemorySegment.copy(entries, offset, entry, 0, SubmissionEntry.LENGTH_BYTES);
        result = 0;
    }

    int cdw0() {
        return SubmissionEntry.cdw0(entry, 0);
    }

    int opcode() {
        return SubmissionEntry.opcode(cdw0());
    }

    int commandId() {
        return SubmissionEntry.commandId(cdw0());
    }

    int namespaceId() {
        return SubmissionEntry.namespaceId(entry, 0);
    }

    int cdw10() {
        return SubmissionEntry.cdw10(entry, 0);
    }

    int cdw11() {
        return SubmissionEntry.cdw11(entry, 0);
    }

    int cdw12() {
        return SubmissionEntry.cdw12(entry, 0);
    }

    int cdw13() {
        return SubmissionEntry.cdw13(entry, 0);
    }

    int cdw14() {
        return SubmissionEntry.cdw14(entry, 0);
    }

    long prp1() {
        return LittleEndian.i64(entry, SubmissionEntry.PRP1);
    }

    long prp2() {
        return LittleEndian.i64(entry, SubmissionEntry.PRP2);
    }

    /** DW0 (low half) and DW1 of the completion. */
    long result() {
        return result;
    }

    void result(int dw0) {
        result = dw0 & 0xFFFF_FFFFL;
    }

    /**
     * Stores {@code lengthBytes} into the command's buffer: the content of {@code source} as far as it goes, then zeroes.
     *
     * @return a {@link CommandStatus}
     */
    int toHost(MemorySegment source, long lengthBytes) {
        int resolved = resolve(lengthBytes, Direction.TO_GUEST);
        if (resolved != CommandStatus.SUCCESS) {
            return resolved;
        }
        var pieces = buffer.segments();
        long done = 0;
        for (int i = 0; i < pieces.size(); i++) {
            long length = pieces.length(i);
            long data = Math.min(length, Math.max(0, source.byteSize() - done));
            MemorySegment.copy(source, done, pieces.segment(i), pieces.offset(i), data);
            if (data < length) {
                pieces.segment(i)
                        .asSlice(pieces.offset(i) + data, length - data)
                        .fill((byte) 0);
            }
            done += data;
        }
        buffer.markDirty();
        return CommandStatus.SUCCESS;
    }

    /** Copies as many bytes as {@code target} has out of the command's buffer. Returns a {@link CommandStatus}. */
    int fromHost(MemorySegment target) {
        int resolved = resolve(target.byteSize(), Direction.FROM_GUEST);
        if (resolved == CommandStatus.SUCCESS) {
            buffer.segments().copyTo(target, 0);
        }
        return resolved;
    }

    private int resolve(long lengthBytes, Direction direction) {
        RegionTable table = shared.memory.table();
        StatusCode status = prps.resolve(table, prp1(), prp2(), lengthBytes, shared.pageShift, direction, buffer);
        if (status == StatusCode.SUCCESS) {
            return CommandStatus.SUCCESS;
        }
        boolean first = PrpWalk.isForFirst(table, prp1(), lengthBytes, shared.pageShift, direction, buffer);
        return CommandStatus.of(status, first ? SubmissionEntry.PRP1 : SubmissionEntry.PRP2);
    }
}
