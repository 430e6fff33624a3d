package io.vfiouser.nvme.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * {@code nvme-vfu} in this process, which starts no virtual machine: for what depends on neither signals nor the streams of a process. What
 * was printed does not include the log.
 */
record CommandHere(int exitCode, String out, String err) {

    /** Runs a command to its end. */
    static CommandHere run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(arguments);
        return new CommandHere(code, out.toString(), err.toString());
    }
}
