package io.vfiouser.server;

/**
 * A PCI class code, PCI 3.0 appendix D.
 *
 * @param base base class, 8 bits
 * @param sub subclass, 8 bits
 * @param programmingInterface programming interface, 8 bits
 */
public record PciClass(int base, int sub, int programmingInterface) {
    /** Non-volatile memory controller with the NVM Express interface. */
    public static final PciClass NVM_EXPRESS = new PciClass(0x01, 0x08, 0x02);

    /** A device that fits no other class. */
    public static final PciClass OTHER = new PciClass(0xff, 0x00, 0x00);

    /** Checks that every value fits its byte. */
    public PciClass {
        PciIdentity.requireBits("base", base, 8);
        PciIdentity.requireBits("sub", sub, 8);
        PciIdentity.requireBits("programmingInterface", programmingInterface, 8);
    }
}
