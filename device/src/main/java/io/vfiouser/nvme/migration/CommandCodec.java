package io.vfiouser.nvme.migration;

import java.util.List;

/** What is to be done for commands that were fetched: executed, completed, told by interrupts. */
final class CommandCodec {
    static final int ENTRY_BYTES = 64;

    private static final int MOST_COMMANDS = 100_000;
    private static final int COMMAND_BYTES = Short.BYTES + ENTRY_BYTES;
    private static final int COMPLETION_BYTES = 14;
    /** Of MSI-X. */
    private static final int MOST_VECTORS = 2048;

    private CommandCodec() {}

    static void writeCommands(FieldWriter out, List<CommandState> commands) {
        out.list(commands, MOST_COMMANDS, command -> {
            out.u16(command.submissionQueueId());
            out.raw(command.entry().toArray());
        });
    }

    static List<CommandState> readCommands(FieldReader in) {
        return in.list(MOST_COMMANDS, COMMAND_BYTES, c -> new CommandState(c.u16(), Bytes.of(c.raw(ENTRY_BYTES))));
    }

    static void writeCompletions(FieldWriter out, List<CompletionState> completions) {
        out.list(completions, MOST_COMMANDS, completion -> {
            out.u16(completion.submissionQueueId());
            out.u16(completion.commandId());
            out.u16(completion.statusField());
            out.u64(completion.result());
        });
    }

    static List<CompletionState> readCompletions(FieldReader in) {
        return in.list(MOST_COMMANDS, COMPLETION_BYTES, c -> new CompletionState(c.u16(), c.u16(), c.u16(), c.u64()));
    }

    static void writeInterrupts(FieldWriter out, List<Integer> vectors) {
        out.list(vectors, MOST_VECTORS, out::u16);
    }

    static List<Integer> readInterrupts(FieldReader in) {
        return in.list(MOST_VECTORS, Short.BYTES, FieldReader::u16);
    }
}
