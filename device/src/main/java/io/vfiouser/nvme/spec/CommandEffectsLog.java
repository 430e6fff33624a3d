package io.vfiouser.nvme.spec;

/** The Commands Supported and Effects log page, 4096 bytes. Base 2.1, section 5.1.12.1.6. */
public final class CommandEffectsLog {
    public static final int LENGTH_BYTES = 4096;
    /** Command supported. */
    public static final int CSUPP = 1;
    /** Logical block content change. */
    public static final int LBCC = 1 << 1;
    /** Namespace capability change. */
    public static final int NCC = 1 << 2;
    /** Namespace inventory change. */
    public static final int NIC = 1 << 3;
    /** Controller capability change. */
    public static final int CCC = 1 << 4;
    /** Command Submission and Execution: nothing else for the same namespace may be outstanding. */
    public static final int CSE_NAMESPACE = 1 << 16;
    /** Command Submission and Execution: nothing else for any namespace may be outstanding. */
    public static final int CSE_ANY_NAMESPACE = 2 << 16;
    /** UUID selection supported. */
    public static final int UUID_SELECTION = 1 << 19;
    /** Command scope: namespace. */
    public static final int SCOPE_NAMESPACE = 1 << 20;
    /** Command scope: controller. */
    public static final int SCOPE_CONTROLLER = 1 << 21;
    /** Command scope: NVM set. */
    public static final int SCOPE_NVM_SET = 1 << 22;
    /** Command scope: endurance group. */
    public static final int SCOPE_ENDURANCE_GROUP = 1 << 23;
    /** Command scope: domain. */
    public static final int SCOPE_DOMAIN = 1 << 24;
    /** Command scope: NVM subsystem. */
    public static final int SCOPE_SUBSYSTEM = 1 << 25;

    private static final int IO_COMMANDS = 1024;

    private CommandEffectsLog() {}

    /** Offset of an admin command's dword. */
    public static int admin(int opcode) {
        return opcode * 4;
    }

    /** Offset of an I/O command's dword. */
    public static int io(int opcode) {
        return IO_COMMANDS + opcode * 4;
    }
}
