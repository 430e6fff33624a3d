package io.vfiouser.nvme.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu state}. */
@Command(
        name = "state",
        description = {
            "Look into saved migration streams without a device: a file holds all that was read from a source, from its first"
                    + " byte to its last."
        },
        subcommands = {StateShowCommand.class, StateDiffCommand.class, StateVerifyCommand.class},
        synopsisSubcommandLabel = "(show | diff | verify)",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed, or the states differ", "2:usage error"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu state show disk.state",
            "  nvme-vfu state diff before.state after.state",
            "  nvme-vfu state verify disk.state"
        })
final class StateCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Mixin
    final CommonOptions common = new CommonOptions();

    StateCommand() {}

    /** None of its commands was given. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what to do is missing: show, diff or verify");
    }
}
