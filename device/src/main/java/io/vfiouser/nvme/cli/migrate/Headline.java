package io.vfiouser.nvme.cli.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The sentences of a report. */
final class Headline {
    private Headline() {}

    /** What was moved how, and how that ended. */
    static List<String> of(MigrationReport report) {
        RunSettings settings = report.settings();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s (%s) to %s (%s), %s%s",
                result(report),
                settings.source(),
                settings.sourceProtocol(),
                settings.destination(),
                settings.destinationProtocol(),
                settings.preCopy() ? "pre-copy" : "stop and copy",
                settings.storage().isEmpty() ? "" : ", storage " + settings.storage()));
        lines.add(settings.device() + ", guest memory of " + Quantity.mib(settings.guestMemoryBytes()) + " MiB"
                + (settings.load().isEmpty() ? ", no workload" : ", " + settings.load()));
        if (!report.reason().isEmpty()) {
            lines.add(report.reason());
        }
        return lines;
    }

    /** {@code moved 3 times}; of a run that failed, how often it succeeded before. */
    static String result(MigrationReport report) {
        long moved = report.moved();
        String often = moved == 1 ? "once" : moved + " times";
        if (report.outcome() == Outcome.MOVED) {
            return "moved " + often;
        }
        return report.outcome().words() + (moved == 0 ? "" : ", after it was moved " + often);
    }

    static String verified(Verification verification) {
        return String.format(
                Locale.ROOT,
                "verified     %d writes, %d reads compared, %d flushes; in the end %d pieces were read: %s",
                verification.writes(),
                verification.reads(),
                verification.flushes(),
                verification.unitsChecked(),
                verification.intact() ? "all held" : verification.faultCount() + " faults");
    }
}
