package io.vfiouser.nvme.spec;

/** What Identify may be asked for: Controller or Namespace Structure, CDW10 bits 7:0. Base 2.1, section 5.1.13.1. */
public final class IdentifyCns {
    /** {@link IdentifyNamespace} of an active namespace. */
    public static final int NAMESPACE = 0x00;
    /** {@link IdentifyController}. */
    public static final int CONTROLLER = 0x01;
    /** {@link NamespaceList} of active namespaces. */
    public static final int ACTIVE_NAMESPACES = 0x02;
    /** List of {@link NamespaceDescriptor}. */
    public static final int NAMESPACE_DESCRIPTORS = 0x03;
    /** The namespace structure of the I/O command set that CDW11.CSI names. */
    public static final int COMMAND_SET_NAMESPACE = 0x05;
    /** The controller structure of the I/O command set that CDW11.CSI names: {@link IdentifyControllerNvm}. */
    public static final int COMMAND_SET_CONTROLLER = 0x06;
    /** {@link NamespaceList} of active namespaces of one I/O command set. */
    public static final int COMMAND_SET_ACTIVE_NAMESPACES = 0x07;
    /** {@link IdentifyNamespaceIndependent}. */
    public static final int NAMESPACE_INDEPENDENT = 0x08;
    /** {@link IoCommandSets}. */
    public static final int IO_COMMAND_SETS = 0x1C;

    /** Bytes of every data structure that Identify returns. */
    public static final int LENGTH_BYTES = 4096;
    /** CSI of the NVM command set. */
    public static final int CSI_NVM = 0;

    private IdentifyCns() {}
}
