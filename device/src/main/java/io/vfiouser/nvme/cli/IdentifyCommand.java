package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu identify}. */
@Command(
        name = "identify",
        description = "Attach to a server, and show its controller and namespaces. Changes no data.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "1:failed; the cause is on standard error", "2:usage error"},
        footerHeading = "%nExamples:%n",
        footer = {"  nvme-vfu identify /run/vm1/nvme0.sock", "  nvme-vfu identify /run/vm1 --json"})
final class IdentifyCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(paramLabel = "PATH", description = "Socket of the server, or the directory it was given.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path path;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    IdentifyCommand() {}

    @Override
    public Integer call() {
        DriverOptions options = DriverOptions.defaults().withQueues(0).withMemoryBytes(0);
        try (NvmeDriver driver = SocketTarget.attach(path, options)) {
            ControllerFacts facts = ControllerFacts.of(driver);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(Json.write(facts.asMap()));
            } else {
                facts.print(out);
            }
            out.flush();
        }
        return ExitCode.OK;
    }
}
