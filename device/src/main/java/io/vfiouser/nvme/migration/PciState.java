package io.vfiouser.nvme.migration;

/**
 * What the PCI function owns and guests write.
 *
 * @param configSpace configuration space, 256 or 4096 bytes
 * @param msixTable the MSI-X table in BAR4
 * @param msixPending the pending bits in BAR5
 */
public record PciState(Bytes configSpace, Bytes msixTable, Bytes msixPending) {
    /** Of a controller without a transport. */
    public static final PciState NONE = new PciState(Bytes.NONE, Bytes.NONE, Bytes.NONE);
}
