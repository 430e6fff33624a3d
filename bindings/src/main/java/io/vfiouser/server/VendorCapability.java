package io.vfiouser.server;

import java.util.Arrays;

/** Vendor-specific capability (09h), PCI 3.0 section 6.7 and appendix H: a length byte and the vendor's own data. */
public final class VendorCapability implements PciCapability {
    /** Capability identifier, PCI_CAP_ID_VNDR. */
    public static final int CAPABILITY_ID = 0x09;

    static final int HEADER_BYTES = 3;
    static final CapabilityField LENGTH = new CapabilityField("size", 2, 0, 8);

    private final byte[] data;

    /**
     * Makes a capability of a copy of the data.
     *
     * @param data up to 252 bytes
     */
    public VendorCapability(byte... data) {
        if (HEADER_BYTES + data.length > LENGTH.maximum()) {
            throw new IllegalArgumentException("a vendor capability holds up to " + (LENGTH.maximum() - HEADER_BYTES)
                    + " bytes, not " + data.length);
        }
        this.data = data.clone();
    }

    /** A copy of the vendor's data. */
    public byte[] data() {
        return data.clone();
    }

    @Override
    public int id() {
        return CAPABILITY_ID;
    }

    @Override
    public boolean extended() {
        return false;
    }

    @Override
    public byte[] encode() {
        byte[] bytes = new byte[HEADER_BYTES + data.length];
        CapabilityHeader.ID.put(bytes, CAPABILITY_ID);
        LENGTH.put(bytes, bytes.length);
        System.arraycopy(data, 0, bytes, HEADER_BYTES, data.length);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VendorCapability that && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "VendorCapability[" + toHex() + "]";
    }
}
