package io.vfiouser.nvme.cli;

import picocli.CommandLine.Option;

/** What every command understands. */
final class CommonOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log what happens, and print stack traces of failures.")
    boolean verbose;

    CommonOptions() {}
}
