package io.vfiouser.nvme.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu state verify}. */
@Command(
        name = "verify",
        description =
                "Check that a saved migration stream is complete and undamaged, and that its parts fit each other; says OK, or"
                        + " what is wrong and where.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is sound",
            "1:it is not, or cannot be read; the cause is on standard error",
            "2:usage error"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  nvme-vfu state verify disk.state"})
final class StateVerifyCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The saved stream.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path file;

    @Mixin
    final CommonOptions common = new CommonOptions();

    StateVerifyCommand() {}

    @Override
    public Integer call() {
        StateFile saved = StateFile.read(file, ExitCode.FAILURE);
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + ": OK, " + saved.asMap().get("bytes") + " bytes");
        out.flush();
        return ExitCode.OK;
    }
}
