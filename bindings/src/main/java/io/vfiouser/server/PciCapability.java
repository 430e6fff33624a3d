package io.vfiouser.server;

import java.util.HexFormat;

/**
 * A PCI capability as it stands in configuration space: a value that encodes itself to bytes.
 *
 * <p>These seven kinds are what libvfio-user accepts; it handles guest writes to PM, MSI, MSI-X and PCI Express itself. The link
 * to the next capability is left zero: the library fills it in.
 *
 * @see DeviceContext.Builder#capability
 */
public sealed interface PciCapability
        permits PowerManagementCapability,
                MsiCapability,
                MsiXCapability,
                PciExpressCapability,
                VendorCapability,
                DeviceSerialNumberCapability,
                ExtendedVendorCapability {
    /** The capability identifier; standard and extended ones are numbered separately. */
    int id();

    /** Whether it lives in the extended configuration space (from byte 256 on), which PCI Express devices have. */
    boolean extended();

    /** The whole capability from its first byte on, header included. A new array for each call. */
    byte[] encode();

    /** The bytes as hexadecimal digits, in the order of configuration space. */
    default String toHex() {
        return HexFormat.of().formatHex(encode());
    }

    /** Power management version 3 with D0 and D3hot, as most devices want it. */
    static PowerManagementCapability powerManagement() {
        return PowerManagementCapability.builder().noSoftReset(true).build();
    }

    /**
     * MSI with 64-bit addresses and masking of single vectors.
     *
     * @param vectors 1, 2, 4, 8, 16 or 32
     */
    static MsiCapability msi(int vectors) {
        return new MsiCapability(vectors, true, true);
    }

    /**
     * MSI-X with its table and its pending bits at the given places.
     *
     * @param vectors 1 to 2048
     */
    static MsiXCapability msiX(
            int vectors, RegionIndex tableBar, long tableOffset, RegionIndex pbaBar, long pbaOffset) {
        return new MsiXCapability(vectors, tableBar, tableOffset, pbaBar, pbaOffset);
    }

    /** A PCI Express endpoint with role-based error reporting and function level reset. */
    static PciExpressCapability express() {
        return PciExpressCapability.builder()
                .roleBasedErrorReporting(true)
                .functionLevelReset(true)
                .completionTimeoutDisable(true)
                .build();
    }

    /** A serial number of 64 bits (an EUI-64). */
    static DeviceSerialNumberCapability serialNumber(long serialNumber) {
        return new DeviceSerialNumberCapability(serialNumber);
    }

    /** A standard vendor-specific capability. */
    static VendorCapability vendor(byte... data) {
        return new VendorCapability(data);
    }

    /** An extended vendor-specific capability. */
    static ExtendedVendorCapability extendedVendor(int vendorStructureId, int revision, byte... data) {
        return new ExtendedVendorCapability(vendorStructureId, revision, data);
    }
}
