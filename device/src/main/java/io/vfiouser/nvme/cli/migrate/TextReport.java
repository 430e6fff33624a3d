package io.vfiouser.nvme.cli.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as lines for a terminal. */
public final class TextReport {
    private static final String INDENTATION = "  ";

    private TextReport() {}

    /** The lines: what was done, a table of the moves, the rounds of the one that stood still longest, and what was verified. */
    public static List<String> lines(MigrationReport report) {
        List<String> lines = new ArrayList<>(Headline.of(report));
        if (!report.moves().isEmpty()) {
            lines.addAll(ReportTable.moves(report.moves(), report.verification().isPresent())
                    .lines(INDENTATION));
        }
        report.longest().ifPresent(move -> {
            lines.add(report.moves().size() == 1 ? "round by round" : "move " + move.number() + " round by round");
            lines.addAll(ReportTable.rounds(move).lines(INDENTATION));
        });
        Spread downtime = report.downtime();
        if (!downtime.isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "downtime ms  min %s  median %s  max %s",
                    Quantity.millis(downtime.minimum()),
                    Quantity.millis(downtime.median()),
                    Quantity.millis(downtime.maximum())));
        }
        report.verification().ifPresent(verification -> {
            lines.add(Headline.verified(verification));
            verification.faults().forEach(fault -> lines.add(INDENTATION + fault));
        });
        return lines;
    }
}
