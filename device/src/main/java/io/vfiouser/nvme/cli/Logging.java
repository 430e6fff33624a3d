package io.vfiouser.nvme.cli;

import java.util.List;

/**
 * Sets slf4j-simple up before the first logger exists. A command that ends by itself shows errors only; a server, whose log is all
 * that tells of clients that come, go and misbehave, shows those too; {@code --verbose} shows everything down to debug. What the
 * user set by system properties stays.
 */
final class Logging {

    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void configure(List<String> arguments) {
        setUnlessSet("defaultLogLevel", level(arguments));
        if (!isVerbose(arguments)) {
            // libvfio-user's own remarks on every client that leaves
            setUnlessSet("log.io.vfiouser.server.library", "warn");
        }
        setUnlessSet("logFile", "System.err");
        setUnlessSet("showDateTime", "true");
        setUnlessSet("dateTimeFormat", "HH:mm:ss.SSS");
        setUnlessSet("showShortLogName", "true");
        // slf4j announces its provider on standard error otherwise
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "WARN");
        }
    }

    private static String level(List<String> arguments) {
        if (isVerbose(arguments)) {
            return "debug";
        }
        if (arguments.contains("receive")) {
            // Why a move was refused, its sender knows too, but who sits here wants to see it.
            return "warn";
        }
        return arguments.contains("serve") ? "info" : "error";
    }

    private static boolean isVerbose(List<String> arguments) {
        return arguments.contains("-v") || arguments.contains("--verbose");
    }

    private static void setUnlessSet(String name, String value) {
        if (System.getProperty(PREFIX + name) == null) {
            System.setProperty(PREFIX + name, value);
        }
    }
}
