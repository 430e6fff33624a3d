package io.vfiouser.nvme.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of {@code nvme-vfu}. */
@Command(
        name = "nvme-vfu",
        description = "NVMe disks over vfio-user: served by a JVM, and attached to without a virtual machine.",
        subcommands = {
            ServeCommand.class,
            IdentifyCommand.class,
            IoCommand.class,
            MigrateCommand.class,
            ReceiveCommand.class,
            StateCommand.class,
            TrainCommand.class,
            VersionCommand.class
        },
        synopsisSubcommandLabel = "(serve | identify | io | migrate | receive | state | version)",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and what was checked held",
            "1:failed; the cause is on standard error",
            "2:usage error; nothing was done",
            "3:more was written than could be copied: nothing was moved",
            "4:data read back differ from what was written"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu serve --socket /run/vm1/nvme0.sock --file disk.img",
            "  nvme-vfu identify /run/vm1/nvme0.sock",
            "  nvme-vfu io /run/vm1/nvme0.sock --mode randread --block 4K --depth 32 --queues 1 --seconds 10",
            "",
            "'nvme-vfu COMMAND --help' explains a command."
        })
public final class Main implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Mixin
    final CommonOptions common = new CommonOptions();

    Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        Logging.configure(List.of(args));
        int code = commandLine().execute(args);
        System.out.flush();
        System.exit(code);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setParameterExceptionHandler((e, args) -> usageError(e));
        line.setExecutionExceptionHandler((e, failed, parsed) -> Failures.report(
                e,
                failed.getErr(),
                parsed.expandedArgs().contains("--verbose")
                        || parsed.expandedArgs().contains("-v")));
        line.setAbbreviatedOptionsAllowed(false);
        line.setUsageHelpWidth(100);
        line.setUsageHelpLongOptionsMaxWidth(32);
        return line;
    }

    /** No command given: say which there are. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: serve, identify, io, migrate, receive, state or version");
    }

    private static int usageError(ParameterException e) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        String name = line.getCommandSpec().qualifiedName();
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("not understood");
        err.println(name + ": " + message + " (try '" + name + " --help')");
        return ExitCode.USAGE;
    }
}
