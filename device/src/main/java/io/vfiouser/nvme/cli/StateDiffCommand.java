package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.migration.StateDiff;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu state diff}. */
@Command(
        name = "diff",
        description =
                "Compare the controllers of two saved migration streams, and name each difference: where, what the first has,"
                        + " what the second has.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the states are equal",
            "1:they differ",
            "2:usage error, or a file is not a whole, sound stream"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  nvme-vfu state diff before.state after.state"})
final class StateDiffCommand implements Callable<Integer> {

    /** As diff(1). */
    private static final int DIFFERENT = 1;

    private static final int TROUBLE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The first saved stream.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path first;

    @Parameters(index = "1", paramLabel = "FILE", description = "The second.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path second;

    @Mixin
    final CommonOptions common = new CommonOptions();

    StateDiffCommand() {}

    @Override
    public Integer call() {
        List<String> differences = StateDiff.between(
                StateFile.read(first, TROUBLE).state(),
                StateFile.read(second, TROUBLE).state());
        PrintWriter out = spec.commandLine().getOut();
        differences.forEach(out::println);
        out.flush();
        return differences.isEmpty() ? ExitCode.OK : DIFFERENT;
    }
}
