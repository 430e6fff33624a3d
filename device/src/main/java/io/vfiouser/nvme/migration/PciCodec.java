package io.vfiouser.nvme.migration;

/** What the PCI function owns. */
final class PciCodec {
    private static final int MOST_CONFIG_SPACE_BYTES = 4096;
    /** 2,048 vectors of 16 bytes, in whole pages. */
    private static final int MOST_TABLE_BYTES = 1 << 16;

    private PciCodec() {}

    static void write(FieldWriter out, PciState pci) {
        out.bytes(pci.configSpace(), MOST_CONFIG_SPACE_BYTES);
        out.bytes(pci.msixTable(), MOST_TABLE_BYTES);
        out.bytes(pci.msixPending(), MOST_TABLE_BYTES);
    }

    static PciState read(FieldReader in) {
        return new PciState(in.bytes(MOST_CONFIG_SPACE_BYTES), in.bytes(MOST_TABLE_BYTES), in.bytes(MOST_TABLE_BYTES));
    }
}
