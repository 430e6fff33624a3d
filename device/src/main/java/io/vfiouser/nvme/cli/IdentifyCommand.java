package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.cli.identify.DeviceReport;
import io.vfiouser.nvme.cli.identify.NoSuchNamespaceException;
import io.vfiouser.nvme.cli.identify.Section;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu identify}. */
@Command(
        name = "identify",
        description = {
            "Attach to a server, and show its controller, namespaces, SMART log and subsystem as nvme id-ctrl -H, id-ns -H,"
                    + " smart-log and list-subsys do. Changes no data.",
            "",
            "Namespaces are the first 1024; --namespace shows any."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "1:failed; the cause is on standard error", "2:usage error"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu identify /run/vm1/nvme0.sock",
            "  nvme-vfu identify /run/vm1/nvme0.sock --only namespaces --namespace 2",
            "  nvme-vfu identify /run/vm1 --only smart,subsystem --json"
        })
final class IdentifyCommand implements Callable<Integer> {

    private static final long LAST_NAMESPACE_ID = 0xFFFF_FFFEL;
    private static final char DEGREE_SIGN = '\u00B0';

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(paramLabel = "PATH", description = "Socket of the server, or the directory it was given.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path path;

    @Option(
            names = "--only",
            split = ",",
            converter = SectionConverter.class,
            paramLabel = "SECTION",
            description = "Show only this; of ${COMPLETION-CANDIDATES}. Several with commas between.")
    private @Nullable Set<Section> only;

    @Option(names = "--namespace", paramLabel = "ID", description = "Of the namespaces, show only this (all).")
    private @Nullable Long namespaceId;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    IdentifyCommand() {}

    @Override
    public Integer call() {
        OptionalInt namespace = namespace();
        Set<Section> sections = only == null ? EnumSet.allOf(Section.class) : only;
        DriverOptions options = DriverOptions.defaults().withQueues(0).withMemoryBytes(0);
        try (NvmeDriver driver = SocketTarget.attach(path, options)) {
            String address = SocketTarget.socketOf(path).toString();
            print(DeviceReport.of(driver, sections, namespace, address));
        } catch (NoSuchNamespaceException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
        return ExitCode.OK;
    }

    private OptionalInt namespace() {
        if (namespaceId == null) {
            return OptionalInt.empty();
        }
        if (namespaceId < 1 || namespaceId > LAST_NAMESPACE_ID) {
            throw new ParameterException(
                    spec.commandLine(), "--namespace takes 1 to " + LAST_NAMESPACE_ID + ", not " + namespaceId);
        }
        return OptionalInt.of(namespaceId.intValue());
    }

    private void print(DeviceReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(report.asMap()));
        } else {
            boolean degreeSign = System.out.charset().newEncoder().canEncode(DEGREE_SIGN);
            report.lines().forEach(line -> out.println(degreeSign ? line : line.replace(DEGREE_SIGN + "C", "C")));
        }
        out.flush();
    }

    /** Takes and names sections in lower case. */
    static final class SectionConverter extends LowerCaseEnum<Section> {
        SectionConverter() {
            super(Section.class);
        }
    }
}
