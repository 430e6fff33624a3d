package io.vfiouser.server;

/**
 * Who a PCI device says it is, PCI 3.0 sections 6.2.1 and 6.2.4. All values are as configuration space has them.
 *
 * @param vendorId 16 bits
 * @param deviceId 16 bits
 * @param subsystemVendorId 16 bits
 * @param subsystemId 16 bits
 * @param revision 8 bits
 * @param classCode base class, subclass and programming interface
 */
public record PciIdentity(
        int vendorId, int deviceId, int subsystemVendorId, int subsystemId, int revision, PciClass classCode) {
    /** Checks that every value fits its register. */
    public PciIdentity {
        requireBits("vendorId", vendorId, 16);
        requireBits("deviceId", deviceId, 16);
        requireBits("subsystemVendorId", subsystemVendorId, 16);
        requireBits("subsystemId", subsystemId, 16);
        requireBits("revision", revision, 8);
    }

    /** An identity whose subsystem is the device itself, revision 0. */
    public static PciIdentity of(int vendorId, int deviceId, PciClass classCode) {
        return new PciIdentity(vendorId, deviceId, vendorId, deviceId, 0, classCode);
    }

    static void requireBits(String name, int value, int bits) {
        if (value < 0 || value >>> bits != 0) {
            throw new IllegalArgumentException(name + " has " + bits + " bits: 0x" + Integer.toHexString(value));
        }
    }
}
