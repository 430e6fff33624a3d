package io.vfiouser.server;

import java.util.List;

/**
 * Device serial number (extended capability 0003h), PCI Express 2.1 section 7.12.
 *
 * @param serialNumber 64 bits, usually an EUI-64
 */
public record DeviceSerialNumberCapability(long serialNumber) implements PciCapability {
    /** Extended capability identifier, PCI_EXT_CAP_ID_DSN. */
    public static final int CAPABILITY_ID = 0x0003;

    static final int LENGTH_BYTES = 12;
    static final CapabilityField LOWER = new CapabilityField("sn_lo", 4, 0, 32);
    static final CapabilityField UPPER = new CapabilityField("sn_hi", 8, 0, 32);

    static final List<CapabilityField> FIELDS = List.of(
            CapabilityHeader.EXTENDED_ID,
            CapabilityHeader.EXTENDED_VERSION,
            CapabilityHeader.EXTENDED_NEXT,
            LOWER,
            UPPER);

    @Override
    public int id() {
        return CAPABILITY_ID;
    }

    @Override
    public boolean extended() {
        return true;
    }

    @Override
    public byte[] encode() {
        byte[] bytes = new byte[LENGTH_BYTES];
        CapabilityHeader.EXTENDED_ID.put(bytes, CAPABILITY_ID);
        CapabilityHeader.EXTENDED_VERSION.put(bytes, 1);
        LOWER.put(bytes, Integer.toUnsignedLong((int) serialNumber));
        UPPER.put(bytes, serialNumber >>> Integer.SIZE);
        return bytes;
    }
}
