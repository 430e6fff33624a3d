package io.vfiouser.nvme.endurance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other virtual machines with this one's classes, its tests' among them, to be killed without harm to this one. */
public final class ChildJvm {
    private static final String LIBRARY = "-Dvfiouser.library=";

    private ChildJvm() {}

    /** A command that runs a class's {@code main}; errors go to this process's. */
    public static ProcessBuilder of(String mainClass, List<String> arguments) {
        // Starts fast and leaves the processors to the others.
        return command(List.of("-XX:TieredStopAtLevel=1"), mainClass, arguments);
    }

    /** As {@link #of}, with the compiler that a server has: for what depends on how well code is compiled. */
    public static ProcessBuilder optimising(String mainClass, List<String> arguments) {
        return command(List.of(), mainClass, arguments);
    }

    /** As {@link #of}, with another libvfio-user than this process has. */
    static ProcessBuilder with(Path library, String mainClass, List<String> arguments) {
        ProcessBuilder builder = of(mainClass, arguments);
        builder.command().replaceAll(argument -> argument.startsWith(LIBRARY) ? LIBRARY + library : argument);
        return builder;
    }

    private static ProcessBuilder command(List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ChildClassPath.JVM_OPTIONS);
        command.addAll(options);
        command.addAll(ChildClassPath.jvmOptions());
        for (String property : List.of("vfiouser.library", "vfiouser.test.native.dir")) {
            String value = System.getProperty(property);
            if (value != null) {
                command.add("-D" + property + "=" + value);
            }
        }
        command.add(mainClass);
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
