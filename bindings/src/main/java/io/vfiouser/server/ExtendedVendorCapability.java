package io.vfiouser.server;

import java.util.Arrays;
import java.util.List;

/** Extended vendor-specific capability (000Bh), PCI Express 2.1 section 7.19. */
public final class ExtendedVendorCapability implements PciCapability {
    /** Extended capability identifier, PCI_EXT_CAP_ID_VNDR. */
    public static final int CAPABILITY_ID = 0x000b;

    static final int HEADER_BYTES = 8;
    // The vendor-specific header, bytes 4 to 7: section 7.19.2.
    static final CapabilityField VENDOR_ID = new CapabilityField("id", 4, 0, 16);
    static final CapabilityField REVISION = new CapabilityField("rev", 4, 16, 4);
    static final CapabilityField LENGTH = new CapabilityField("len", 4, 20, 12);

    static final List<CapabilityField> FIELDS = List.of(VENDOR_ID, REVISION, LENGTH);

    private final int structureId;
    private final int revision;
    private final byte[] data;

    /**
     * Makes a capability of a copy of the data.
     *
     * @param structureId the vendor's number for this structure, 16 bits
     * @param revision its revision, 0 to 15
     * @param data up to 4087 bytes; configuration space limits it further
     */
    public ExtendedVendorCapability(int structureId, int revision, byte... data) {
        if (HEADER_BYTES + data.length > LENGTH.maximum()) {
            throw new IllegalArgumentException("an extended vendor capability holds up to "
                    + (LENGTH.maximum() - HEADER_BYTES) + " bytes, not " + data.length);
        }
        this.structureId = structureId;
        this.revision = revision;
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
        return true;
    }

    @Override
    public byte[] encode() {
        byte[] bytes = new byte[HEADER_BYTES + data.length];
        CapabilityHeader.EXTENDED_ID.put(bytes, CAPABILITY_ID);
        CapabilityHeader.EXTENDED_VERSION.put(bytes, 1);
        VENDOR_ID.put(bytes, structureId);
        REVISION.put(bytes, revision);
        LENGTH.put(bytes, bytes.length);
        System.arraycopy(data, 0, bytes, HEADER_BYTES, data.length);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExtendedVendorCapability that
                && structureId == that.structureId
                && revision == that.revision
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * structureId + revision) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "ExtendedVendorCapability[" + toHex() + "]";
    }
}
