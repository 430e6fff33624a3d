package io.vfiouser.nvme.migration;

import java.util.function.Consumer;

/** Writes sections one behind the other, each filled up to whole dwords. */
final class SectionWriter {
    static final int REQUIRED = 1;
    static final int HEADER_BYTES = 12;

    private final FieldWriter out;

    SectionWriter(FieldWriter out) {
        this.out = out;
    }

    /** Writes a section that a reader must not skip. */
    void add(StateSection section, Consumer<FieldWriter> fields) {
        FieldWriter payload = new FieldWriter(section.title());
        fields.accept(payload);
        out.u32(section.tag());
        out.u16(StateSection.VERSION);
        out.u16(REQUIRED);
        out.u32(payload.size());
        out.raw(payload.toArray());
        out.raw(new byte[padding(payload.size())]);
    }

    /** Bytes from the end of a payload to a whole dword. */
    static int padding(long length) {
        return (int) (-length & (Integer.BYTES - 1));
    }
}
