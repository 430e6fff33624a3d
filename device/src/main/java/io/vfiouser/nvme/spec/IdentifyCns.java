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

    public static final int NVM_SETS = 0x04;
    /** The namespace structure of the I/O command set that CDW11.CSI names: {@link IdentifyNamespaceNvm}. */
    public static final int COMMAND_SET_NAMESPACE = 0x05;
    /** The controller structure of the I/O command set that CDW11.CSI names: {@link IdentifyControllerNvm}. */
    public static final int COMMAND_SET_CONTROLLER = 0x06;
    /** {@link NamespaceList} of active namespaces of one I/O command set. */
    public static final int COMMAND_SET_ACTIVE_NAMESPACES = 0x07;
    /** {@link IdentifyNamespaceIndependent}. */
    public static final int NAMESPACE_INDEPENDENT = 0x08;
    /** The {@link IdentifyNamespace} that namespaces of LBA format CDW11.CNSSID would have. */
    public static final int NAMESPACE_USER_DATA_FORMAT = 0x09;
    /** The same for the structure of the I/O command set that CDW11.CSI names. */
    public static final int COMMAND_SET_NAMESPACE_USER_DATA_FORMAT = 0x0A;
    /** {@link NamespaceList} of allocated namespaces. */
    public static final int ALLOCATED_NAMESPACES = 0x10;
    /** {@link IdentifyNamespace} of an allocated namespace. */
    public static final int ALLOCATED_NAMESPACE = 0x11;
    /** {@link ControllerList} of those the namespace is attached to, from CDW10.CNTID on. */
    public static final int NAMESPACE_ATTACHED_CONTROLLERS = 0x12;
    /** {@link ControllerList} of those in the NVM subsystem, from CDW10.CNTID on. */
    public static final int CONTROLLERS = 0x13;

    public static final int PRIMARY_CONTROLLER_CAPABILITIES = 0x14;
    public static final int SECONDARY_CONTROLLERS = 0x15;
    public static final int NAMESPACE_GRANULARITIES = 0x16;
    public static final int UUIDS = 0x17;
    public static final int DOMAINS = 0x18;
    public static final int ENDURANCE_GROUPS = 0x19;
    /** {@link NamespaceList} of allocated namespaces of one I/O command set. */
    public static final int COMMAND_SET_ALLOCATED_NAMESPACES = 0x1A;
    /** The namespace structure of one I/O command set of an allocated namespace: {@link IdentifyNamespaceNvm}. */
    public static final int COMMAND_SET_ALLOCATED_NAMESPACE = 0x1B;
    /** {@link IoCommandSets} of the controller that CDW10.CNTID names; FFFFh is the one that processes the command. */
    public static final int IO_COMMAND_SETS = 0x1C;

    public static final int UNDERLYING_NAMESPACES = 0x1D;
    public static final int PORTS = 0x1E;
    /** {@link IdentifyNamespaceIndependent} of an allocated namespace. */
    public static final int ALLOCATED_NAMESPACE_INDEPENDENT = 0x1F;

    public static final int SUPPORTED_CONTROLLER_STATE_FORMATS = 0x20;

    /** CNTID: the controller that processes the command. */
    public static final int CNTID_THIS = 0xFFFF;

    /** Bytes of every data structure that Identify returns. */
    public static final int LENGTH_BYTES = 4096;
    /** CSI of the NVM command set. */
    public static final int CSI_NVM = 0;

    private IdentifyCns() {}
}
