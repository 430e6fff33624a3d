package io.vfiouser.nvme;

import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What guests write of the PCI function and the controller does not see: configuration space, the MSI-X table and the pending bits. As it
 * moves, only the fields that a guest can write are taken over; all others must be the same on both sides. Context's thread.
 */
final class PciFunction {
    static final int MSIX_BAR_BYTES = 4 << 10;

    // PCI Express Base, section 7.5.1: the header.
    private static final int IDENTITY = 0x00;
    private static final int CLASS_AND_REVISION = 0x08;
    private static final int CAPABILITIES_POINTER = 0x34;
    private static final int HEADER_BYTES = 0x40;
    private static final List<Field> HEADER_FIELDS = List.of(
            new Field(0x04, 0x0547), // Command
            new Field(0x0C, 0x00FF), // Cache Line Size
            new Field(0x10, -1),
            new Field(0x14, -1),
            new Field(0x18, -1),
            new Field(0x1C, -1),
            new Field(0x20, -1),
            new Field(0x24, -1),
            new Field(0x30, -1), // Expansion ROM
            new Field(0x3C, 0x00FF)); // Interrupt Line

    // Section 7.5.2, 7.7.2, 7.5.3.
    private static final int POWER_MANAGEMENT = 0x01;
    private static final int MSIX = 0x11;
    private static final int PCI_EXPRESS = 0x10;
    private static final List<Field> POWER_MANAGEMENT_FIELDS = List.of(new Field(0x04, 0x0103));
    private static final List<Field> MSIX_FIELDS = List.of(new Field(0x00, 0xC000_0000));
    private static final List<Field> PCI_EXPRESS_FIELDS = List.of(
            // Device Control without Initiate Function Level Reset, which would act.
            new Field(0x08, 0x7FFF), new Field(0x10, 0xFFFF), new Field(0x28, 0xFFFF), new Field(0x30, 0xFFFF));

    /** Bits of the dword at an offset that a guest can write. */
    private record Field(int offset, int mask) {}

    private record Capability(int id, int offset) {
        List<Field> fields() {
            return switch (id) {
                case POWER_MANAGEMENT -> POWER_MANAGEMENT_FIELDS;
                case MSIX -> MSIX_FIELDS;
                case PCI_EXPRESS -> PCI_EXPRESS_FIELDS;
                default -> List.of();
            };
        }
    }

    private final RegionBytes msixTable = new RegionBytes(MSIX_BAR_BYTES);
    private final RegionBytes msixPending = new RegionBytes(MSIX_BAR_BYTES);

    /** BAR4. */
    RegionBytes msixTable() {
        return msixTable;
    }

    /** BAR5. */
    RegionBytes msixPending() {
        return msixPending;
    }

    /** Back to where it is after power-on, but for configuration space, which is the library's. */
    void reset() {
        msixTable.clear();
        msixPending.clear();
    }

    PciState save(MemorySegment configSpace) {
        return new PciState(Bytes.of(configSpace), msixTable.content(), msixPending.content());
    }

    /**
     * Whether a state is one of this function.
     *
     * @throws StateRefusedException if it is another's
     */
    void check(PciState state, MemorySegment configSpace) {
        MemorySegment theirs = state.configSpace().segment();
        if (theirs.byteSize() != configSpace.byteSize()) {
            throw new StateRefusedException("configuration space has %d bytes at the source and %d here"
                    .formatted(theirs.byteSize(), configSpace.byteSize()));
        }
        require("vendor and device", theirs, configSpace, IDENTITY);
        require("class and revision", theirs, configSpace, CLASS_AND_REVISION);
        if (!capabilities(theirs).equals(capabilities(configSpace))) {
            throw new StateRefusedException("the source has other PCI capabilities, or at other places");
        }
        if (state.msixTable().length() != MSIX_BAR_BYTES || state.msixPending().length() != MSIX_BAR_BYTES) {
            throw new StateRefusedException("the source has MSI-X tables of another size");
        }
    }

    /** Takes a {@linkplain #check checked} state over. */
    void restore(PciState state, MemorySegment configSpace) {
        MemorySegment theirs = state.configSpace().segment();
        HEADER_FIELDS.forEach(field -> copy(theirs, configSpace, 0, field));
        for (Capability capability : capabilities(configSpace)) {
            capability.fields().forEach(field -> copy(theirs, configSpace, capability.offset(), field));
        }
        msixTable.content(state.msixTable());
        msixPending.content(state.msixPending());
    }

    private static void copy(MemorySegment from, MemorySegment to, int base, Field field) {
        long offset = base + (long) field.offset();
        if (offset + Integer.BYTES <= to.byteSize()) {
            int kept = LittleEndian.i32(to, offset) & ~field.mask();
            LittleEndian.putU32(to, offset, kept | (LittleEndian.i32(from, offset) & field.mask()));
        }
    }

    private static void require(String what, MemorySegment theirs, MemorySegment ours, int offset) {
        int there = LittleEndian.i32(theirs, offset);
        int here = LittleEndian.i32(ours, offset);
        if (there != here) {
            throw new StateRefusedException("PCI %s are %08x at the source and %08x here".formatted(what, there, here));
        }
    }

    /** The list of capabilities; one that leads outside or never ends is cut, since it comes from a peer. */
    private static List<Capability> capabilities(MemorySegment configSpace) {
        List<Capability> found = new ArrayList<>();
        int offset = LittleEndian.u8(configSpace, CAPABILITIES_POINTER) & ~3;
        while (offset >= HEADER_BYTES && found.size() < HEADER_BYTES) {
            found.add(new Capability(LittleEndian.u8(configSpace, offset), offset));
            offset = LittleEndian.u8(configSpace, offset + 1) & ~3;
        }
        return found;
    }
}
