package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An encoded state taken apart into its sections, to be put together otherwise. */
final class RawState {
    private static final int HEADER_BYTES = 48;

    record Section(int tag, int version, int flags, Bytes payload) {
        Section withVersion(int other) {
            return new Section(tag, other, flags, payload);
        }

        Section withPayload(Bytes other) {
            return new Section(tag, version, flags, other);
        }

        Section extended(int bytes) {
            return withPayload(Bytes.of(Arrays.copyOf(payload.toArray(), payload.length() + bytes)));
        }
    }

    private final byte[] head;
    final List<Section> sections = new ArrayList<>();

    RawState(ControllerState state) {
        byte[] encoded = StateCodec.encode(state);
        MemorySegment bytes = MemorySegment.ofArray(encoded);
        int at = HEADER_BYTES + LittleEndian.i32(bytes, 16) * 4;
        head = Arrays.copyOf(encoded, at);
        while (at < encoded.length) {
            int length = LittleEndian.i32(bytes, at + 8L);
            Bytes payload = Bytes.of(bytes.asSlice(at + 12L, length));
            sections.add(new Section(
                    LittleEndian.i32(bytes, at),
                    LittleEndian.u16(bytes, at + 4L),
                    LittleEndian.u16(bytes, at + 6L),
                    payload));
            at += 12 + (length + 3) / 4 * 4;
        }
    }

    Section find(StateSection section) {
        return sections.stream()
                .filter(s -> s.tag() == section.tag())
                .findFirst()
                .orElseThrow();
    }

    void replace(Section with) {
        sections.replaceAll(s -> s.tag() == with.tag() ? with : s);
    }

    ControllerState decode() {
        return StateCodec.decode(MemorySegment.ofArray(bytes()));
    }

    byte[] bytes() {
        FieldWriter vendor = new FieldWriter("test");
        for (Section s : sections) {
            vendor.u32(s.tag());
            vendor.u16(s.version());
            vendor.u16(s.flags());
            vendor.u32(s.payload().length());
            vendor.raw(s.payload().toArray());
            vendor.raw(new byte[SectionWriter.padding(s.payload().length())]);
        }
        byte[] all = Arrays.copyOf(head, head.length + vendor.size());
        System.arraycopy(vendor.toArray(), 0, all, head.length, vendor.size());
        LittleEndian.putU64(MemorySegment.ofArray(all), 32, vendor.size() / 4);
        return all;
    }
}
