package io.vfiouser.nvme.cli;

import io.vfiouser.abi.LibraryInfo;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.abi.VfioUserLibraryException;
import io.vfiouser.os.GuardedCopy;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu version}. */
@Command(
        name = "version",
        description =
                "Show which libvfio-user is used and at which ABI level, how long blocks are copied, and the versions of Java and of this program.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "1:there is no usable library; the versions are shown all the same", "2:usage error"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu version",
            "  nvme-vfu version --json",
            "  VFIO_USER_LIBRARY=/opt/lib/libvfio-user.so nvme-vfu version"
        })
final class VersionCommand implements Callable<Integer> {

    /** The rest is for programs. */
    private static final Set<String> SHOWN_OF_RECORDED = Set.of("abiLevel", "compiler", "sourceVersion");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    VersionCommand() {}

    @Override
    public Integer call() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("nvme_vfu", ProjectVersion.text());
        facts.put("java", Runtime.version().toString());
        facts.put("java_vm", System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.name"));
        facts.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put(
                "long_copies",
                GuardedCopy.isAvailable()
                        ? "by the processor's instruction, guarded"
                        : "by Java: " + GuardedCopy.hindrance());
        int code = ExitCode.OK;
        try {
            addLibrary(facts, VfioUserLibrary.load().info());
        } catch (VfioUserLibraryException e) {
            facts.put("library_error", String.valueOf(e.getMessage()));
            code = ExitCode.FAILURE;
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(facts));
        } else {
            facts.forEach((name, value) ->
                    out.printf("%-18s %s%n", name.replace('_', ' ').replace("nvme vfu", "nvme-vfu"), text(value)));
        }
        out.flush();
        return code;
    }

    private static void addLibrary(Map<String, Object> facts, LibraryInfo library) {
        facts.put("library", library.location());
        facts.put("library_found_by", library.source().description());
        facts.put("abi_level", library.level().label());
        facts.put("abi_determined_by", library.levelSource().sentence());
        if (!library.recorded().isEmpty()) {
            facts.put("library_recorded", new LinkedHashMap<>(library.recorded()));
        }
    }

    private static String text(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .filter(entry -> SHOWN_OF_RECORDED.contains(String.valueOf(entry.getKey())))
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .collect(Collectors.joining(", "));
        }
        return value.toString();
    }
}
