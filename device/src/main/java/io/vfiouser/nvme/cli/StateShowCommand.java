package io.vfiouser.nvme.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu state show}. */
@Command(
        name = "show",
        description =
                "Show what a saved migration stream holds: the controller's state in full, the content of namespaces counted.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "1:the file cannot be read, or is not a whole, sound stream", "2:usage error"},
        footerHeading = "%nExamples:%n",
        footer = {"  nvme-vfu state show disk.state", "  nvme-vfu state show disk.state --json"})
final class StateShowCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The saved stream.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path file;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    StateShowCommand() {}

    @Override
    public Integer call() {
        StateFile saved = StateFile.read(file, ExitCode.FAILURE);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(saved.asMap()));
        } else {
            TreeText.lines(saved.asMap()).forEach(out::println);
        }
        out.flush();
        return ExitCode.OK;
    }
}
