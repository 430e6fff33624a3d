package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.Arrays;

/** The table of admin commands: a new command is entered here and nowhere else. */
final class AdminCommands {
    private static final int OPCODES = 256;
    private static final AdminCommandHandler UNSUPPORTED =
            (request, controller) -> CommandStatus.of(StatusCode.INVALID_OPCODE, SubmissionEntry.CDW0);
    private static final AdminCommandHandler[] HANDLERS = new AdminCommandHandler[OPCODES];
    private static final int[] EFFECTS = new int[OPCODES];

    static {
        Arrays.fill(HANDLERS, UNSUPPORTED);
        add(AdminOpcode.DELETE_IO_SUBMISSION_QUEUE, new DeleteIoSubmissionQueueCommand());
        add(AdminOpcode.CREATE_IO_SUBMISSION_QUEUE, new CreateIoSubmissionQueueCommand());
        add(AdminOpcode.GET_LOG_PAGE, new GetLogPageCommand());
        add(AdminOpcode.DELETE_IO_COMPLETION_QUEUE, new DeleteIoCompletionQueueCommand());
        add(AdminOpcode.CREATE_IO_COMPLETION_QUEUE, new CreateIoCompletionQueueCommand());
        add(AdminOpcode.IDENTIFY, new IdentifyCommand());
        add(AdminOpcode.ABORT, new AbortCommand());
        add(AdminOpcode.SET_FEATURES, new SetFeaturesCommand());
        add(AdminOpcode.GET_FEATURES, new GetFeaturesCommand());
        add(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, new AsynchronousEventRequestCommand());
        add(AdminOpcode.KEEP_ALIVE, new KeepAliveCommand());
        add(AdminOpcode.DOORBELL_BUFFER_CONFIG, new DoorbellBufferConfigCommand());
        add(
                AdminOpcode.NAMESPACE_MANAGEMENT,
                new NamespaceManagementCommand(),
                CommandEffectsLog.NIC | CommandEffectsLog.CSE_ANY_NAMESPACE);
        add(
                AdminOpcode.NAMESPACE_ATTACHMENT,
                new NamespaceAttachmentCommand(),
                CommandEffectsLog.NIC | CommandEffectsLog.CSE_ANY_NAMESPACE);
        add(
                AdminOpcode.FORMAT_NVM,
                new FormatNvmCommand(),
                CommandEffectsLog.LBCC | CommandEffectsLog.NCC | CommandEffectsLog.CSE_NAMESPACE);
    }

    private AdminCommands() {}

    /** The handler of a controller for an opcode of 0 to 255. */
    static AdminCommandHandler handler(int opcode, AdminContext controller) {
        return HANDLERS[opcode].supported(controller) ? HANDLERS[opcode] : UNSUPPORTED;
    }

    /** What a controller's Commands Supported and Effects log says of an opcode; 0 if it is not supported. */
    static int effects(int opcode, AdminContext controller) {
        return HANDLERS[opcode].supported(controller) ? EFFECTS[opcode] : 0;
    }

    private static void add(int opcode, AdminCommandHandler handler) {
        add(opcode, handler, 0);
    }

    /** {@code effects} beside {@link CommandEffectsLog#CSUPP}. */
    private static void add(int opcode, AdminCommandHandler handler, int effects) {
        HANDLERS[opcode] = handler;
        EFFECTS[opcode] = CommandEffectsLog.CSUPP | effects;
    }
}
