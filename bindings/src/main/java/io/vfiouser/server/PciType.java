package io.vfiouser.server;

/** What kind of PCI function a device is: it decides the size of its configuration space. */
public enum PciType {
    /** Conventional PCI: 256 bytes of configuration space. */
    CONVENTIONAL(0),
    /** PCI-X mode 1. */
    PCI_X_1(1),
    /** PCI-X mode 2: 4096 bytes. */
    PCI_X_2(2),
    /** PCI Express: 4096 bytes. */
    EXPRESS(3);

    private final int code;

    PciType(int code) {
        this.code = code;
    }

    /** The library's number for it ({@code vfu_pci_type_t}). */
    int code() {
        return code;
    }

    /** Length of the configuration space in bytes. */
    public int configSpaceBytes() {
        return this == PCI_X_2 || this == EXPRESS ? 4096 : 256;
    }
}
