package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds the sections that a {@link SectionWriter} has written. */
final class SectionReader {
    private final Map<StateSection, FieldReader> found = new EnumMap<>(StateSection.class);

    /**
     * Looks at all of it.
     *
     * @throws StateRefusedException if it is cut off, a section comes twice or has to be there and is not, or if there is an unknown one
     *     that must not be skipped
     */
    SectionReader(MemorySegment sections) {
        FieldReader in = new FieldReader("the vendor specific part of the state", sections, false);
        while (in.left() > 0) {
            section(in);
        }
        for (StateSection section : StateSection.values()) {
            in.require(!section.always() || found.containsKey(section), "%s is missing", section.title());
        }
    }

    private void section(FieldReader in) {
        int tag = in.u32();
        int version = in.u16();
        int flags = in.u16();
        MemorySegment payload = in.raw(Integer.toUnsignedLong(in.u32()));
        MemorySegment padding = in.raw(SectionWriter.padding(payload.byteSize()));
        in.require(
                padding.mismatch(MemorySegment.ofArray(new byte[(int) padding.byteSize()])) < 0, "padding is not zero");
        Optional<StateSection> known = StateSection.of(tag);
        if (known.isPresent()) {
            StateSection section = known.get();
            in.require(version > 0, "%s has version 0", section.title());
            FieldReader fields = new FieldReader(section.title(), payload, version > StateSection.VERSION);
            in.require(found.put(section, fields) == null, "%s is there twice", section.title());
        } else {
            in.require(
                    (flags & SectionWriter.REQUIRED) == 0,
                    "this program does not know the section %s, and the source says that it must not be left out",
                    Integer.toUnsignedString(tag));
        }
    }

    /** What a section says that is always there. */
    <T> T read(StateSection section, Function<FieldReader, T> fields) {
        return readIfPresent(section, fields)
                .orElseThrow(() -> new StateRefusedException(section.title() + " is missing"));
    }

    /** What a section says, if it is there. */
    <T> Optional<T> readIfPresent(StateSection section, Function<FieldReader, T> fields) {
        FieldReader in = found.get(section);
        if (in == null) {
            return Optional.empty();
        }
        T value = fields.apply(in);
        in.end();
        return Optional.of(value);
    }
}
