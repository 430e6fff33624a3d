package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.NvmOpcode;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The table of I/O commands: a new command is entered here and nowhere else. */
final class IoCommands {
    private static final int OPCODES = 256;
    private static final IoCommandHandler[] HANDLERS = new IoCommandHandler[OPCODES];
    private static final int[] EFFECTS = new int[OPCODES];

    static {
        Arrays.fill(HANDLERS, UnknownCommand.INSTANCE);
        add(NvmOpcode.FLUSH, new FlushCommand(), 0);
        add(NvmOpcode.WRITE, WriteCommand.INSTANCE, CommandEffectsLog.LBCC);
        add(NvmOpcode.READ, new ReadCommand(), 0);
        add(NvmOpcode.COMPARE, CompareCommand.INSTANCE, 0);
        add(NvmOpcode.WRITE_ZEROES, new WriteZeroesCommand(), CommandEffectsLog.LBCC);
        add(NvmOpcode.DATASET_MANAGEMENT, new DatasetManagementCommand(), CommandEffectsLog.LBCC);
        add(NvmOpcode.VERIFY, new VerifyCommand(), 0);
    }

    private IoCommands() {}

    /** The handler for an opcode of 0 to 255. */
    static IoCommandHandler handler(int opcode) {
        return HANDLERS[opcode];
    }

    /**
     * As {@link IoCommandHandler#start}. Where more than two kinds of command have come, the compiler would call any of them by way of a table;
     * so the two that come most are named.
     */
    static int start(IoCommandHandler handler, CommandSlot slot, MemorySegment entries, long offset) {
        if (handler instanceof ReadCommand read) {
            return read.start(slot, entries, offset);
        }
        if (handler instanceof WriteCommand write) {
            return write.start(slot, entries, offset);
        }
        return handler.start(slot, entries, offset);
    }

    /** As {@link IoCommandHandler#completed}; see {@link #start}. */
    static int completed(IoCommandHandler handler, CommandSlot slot, int status) {
        if (handler instanceof ReadCommand read) {
            return read.completed(slot, status);
        }
        if (handler instanceof WriteCommand write) {
            return write.completed(slot, status);
        }
        return handler.completed(slot, status);
    }

    /** What the Commands Supported and Effects log says of an opcode; 0 if it is not supported. */
    static int effects(int opcode) {
        return EFFECTS[opcode];
    }

    private static void add(int opcode, IoCommandHandler handler, int effects) {
        HANDLERS[opcode] = handler;
        EFFECTS[opcode] = CommandEffectsLog.CSUPP | effects;
    }
}
