package io.vfiouser.nvme.spec;

/** Offsets of the controller properties in BAR0. Base 2.1, section 3.1.4. */
public final class ControllerRegisters {
    /** Controller Capabilities, 8 bytes, read only: {@link ControllerCapabilities}. */
    public static final int CAP = 0x00;
    /** Version, 4 bytes, read only: {@link SpecVersion}. */
    public static final int VS = 0x08;
    /** Interrupt Mask Set, 4 bytes; not to be used with MSI-X. */
    public static final int INTMS = 0x0C;
    /** Interrupt Mask Clear, 4 bytes; not to be used with MSI-X. */
    public static final int INTMC = 0x10;
    /** Controller Configuration, 4 bytes: {@link ControllerConfiguration}. */
    public static final int CC = 0x14;
    /** Controller Status, 4 bytes: {@link ControllerStatus}. */
    public static final int CSTS = 0x1C;
    /** NVM Subsystem Reset, 4 bytes: writing {@link #NSSR_KEY} resets. */
    public static final int NSSR = 0x20;
    /** Admin Queue Attributes, 4 bytes: {@link AdminQueueAttributes}. */
    public static final int AQA = 0x24;
    /** Admin Submission Queue Base Address, 8 bytes. */
    public static final int ASQ = 0x28;
    /** Admin Completion Queue Base Address, 8 bytes. */
    public static final int ACQ = 0x30;
    /** Controller Memory Buffer Location, 4 bytes. */
    public static final int CMBLOC = 0x38;
    /** Controller Memory Buffer Size, 4 bytes. */
    public static final int CMBSZ = 0x3C;
    /** NVM Subsystem Shutdown, 4 bytes. */
    public static final int NSSD = 0x64;
    /** Controller Ready Timeouts, 4 bytes, read only: {@link ControllerReadyTimeouts}. */
    public static final int CRTO = 0x68;

    /** "NVMe" in ASCII: the value that NSSR takes. */
    public static final int NSSR_KEY = 0x4E56_4D65;

    /** First byte of the doorbells. PCIe Transport 1.1, section 3.1.2. */
    public static final int DOORBELLS = 0x1000;

    /** Bits 11:0 of ASQ and ACQ are reserved: both queues start on a 4 KiB boundary. */
    public static final long QUEUE_BASE_MASK = ~0xFFFL;

    private ControllerRegisters() {}
}
