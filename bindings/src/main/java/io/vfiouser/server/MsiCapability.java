package io.vfiouser.server;

import java.util.List;

/**
 * Message signalled interrupts (capability 05h), PCI 3.0 section 6.8.1.
 *
 * <p>libvfio-user always lays out the longest form, 24 bytes: a 64-bit address and the mask and pending bits.
 *
 * @param vectors how many vectors the device can use: 1, 2, 4, 8, 16 or 32
 * @param address64 it can send a 64-bit message address
 * @param maskable single vectors can be masked
 */
public record MsiCapability(int vectors, boolean address64, boolean maskable) implements PciCapability {
    /** Capability identifier, PCI_CAP_ID_MSI. */
    public static final int CAPABILITY_ID = 0x05;

    static final int LENGTH_BYTES = 24;
    private static final int MAXIMUM_VECTORS = 32;

    // Message control, bytes 2 and 3: section 6.8.1.3.
    static final CapabilityField ENABLE = new CapabilityField("mc.msie", 2, 0, 1);
    static final CapabilityField MULTIPLE_CAPABLE = new CapabilityField("mc.mmc", 2, 1, 3);
    static final CapabilityField MULTIPLE_ENABLE = new CapabilityField("mc.mme", 2, 4, 3);
    static final CapabilityField ADDRESS_64 = new CapabilityField("mc.c64", 2, 7, 1);
    static final CapabilityField PER_VECTOR_MASKING = new CapabilityField("mc.pvm", 2, 8, 1);
    static final CapabilityField CONTROL_RESERVED = new CapabilityField("mc.res1", 2, 9, 7);
    // Message address and data: sections 6.8.1.4 to 6.8.1.6.
    static final CapabilityField ADDRESS_RESERVED = new CapabilityField("ma.res1", 4, 0, 2);
    static final CapabilityField ADDRESS = new CapabilityField("ma.addr", 4, 2, 30);
    static final CapabilityField UPPER_ADDRESS = new CapabilityField("mua", 8, 0, 32);
    static final CapabilityField DATA = new CapabilityField("md", 12, 0, 16);
    static final CapabilityField EXTENDED_DATA = new CapabilityField("padding", 14, 0, 16);
    // Sections 6.8.1.7 and 6.8.1.8.
    static final CapabilityField MASK = new CapabilityField("mmask", 16, 0, 32);
    static final CapabilityField PENDING = new CapabilityField("mpend", 20, 0, 32);

    static final List<CapabilityField> FIELDS = List.of(
            CapabilityHeader.ID,
            CapabilityHeader.NEXT,
            ENABLE,
            MULTIPLE_CAPABLE,
            MULTIPLE_ENABLE,
            ADDRESS_64,
            PER_VECTOR_MASKING,
            CONTROL_RESERVED,
            ADDRESS_RESERVED,
            ADDRESS,
            UPPER_ADDRESS,
            DATA,
            EXTENDED_DATA,
            MASK,
            PENDING);

    /** Checks the number of vectors. */
    public MsiCapability {
        if (vectors < 1 || vectors > MAXIMUM_VECTORS || Integer.bitCount(vectors) != 1) {
            throw new IllegalArgumentException("MSI has 1, 2, 4, 8, 16 or 32 vectors, not " + vectors);
        }
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
        byte[] bytes = new byte[LENGTH_BYTES];
        CapabilityHeader.ID.put(bytes, CAPABILITY_ID);
        MULTIPLE_CAPABLE.put(bytes, Integer.numberOfTrailingZeros(vectors));
        ADDRESS_64.put(bytes, address64);
        PER_VECTOR_MASKING.put(bytes, maskable);
        return bytes;
    }
}
