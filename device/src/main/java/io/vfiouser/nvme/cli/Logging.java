package io.vfiouser.nvme.cli;

/**
 * Sets slf4j-simple up before the first logger exists: errors only, or everything down to debug with {@code --verbose}. What
 * the user set by system properties stays.
 */
final class Logging {

    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void configure(boolean verbose) {
        setUnlessSet("defaultLogLevel", verbose ? "debug" : "error");
        setUnlessSet("logFile", "System.err");
        setUnlessSet("showDateTime", "true");
        setUnlessSet("dateTimeFormat", "HH:mm:ss.SSS");
        setUnlessSet("showShortLogName", "true");
        // slf4j announces its provider on standard error otherwise
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "WARN");
        }
    }

    private static void setUnlessSet(String name, String value) {
        if (System.getProperty(PREFIX + name) == null) {
            System.setProperty(PREFIX + name, value);
        }
    }
}
