package io.vfiouser.server;

/** The fields every capability starts with. */
final class CapabilityHeader {
    /** Identifier of a standard capability, PCI 3.0 section 6.7. */
    static final CapabilityField ID = new CapabilityField("hdr.id", 0, 0, 8);

    /** Link to the next standard capability, PCI 3.0 section 6.7. */
    static final CapabilityField NEXT = new CapabilityField("hdr.next", 1, 0, 8);

    /** Identifier of an extended capability, PCI Express 2.1 section 7.9.3. */
    static final CapabilityField EXTENDED_ID = new CapabilityField("id", 0, 0, 16);

    /** Version of an extended capability. */
    static final CapabilityField EXTENDED_VERSION = new CapabilityField("version", 0, 16, 4);

    /** Link to the next extended capability. */
    static final CapabilityField EXTENDED_NEXT = new CapabilityField("next", 0, 20, 12);

    private CapabilityHeader() {}
}
