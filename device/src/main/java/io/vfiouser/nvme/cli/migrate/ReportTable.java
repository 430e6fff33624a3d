package io.vfiouser.nvme.cli.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A table of a report, as text and as HTML show it.
 *
 * @param headings of the columns
 * @param rows as many cells each
 * @param wordColumns how many columns, from the first, are words; the others are numbers
 */
record ReportTable(List<String> headings, List<List<String>> rows, int wordColumns) {
    ReportTable {
        headings = List.copyOf(headings);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** A line for each move. */
    static ReportTable moves(List<Move> moves, boolean load) {
        List<String> headings = new ArrayList<>(List.of("move", "to", "rounds", "memory MiB", "device MiB"));
        headings.addAll(List.of("dirty MiB/s", "took ms", "stopped ms"));
        if (load) {
            headings.addAll(List.of("IOPS before", "during", "after", "downtime ms"));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Move move : moves) {
            List<String> row = new ArrayList<>();
            row.add(String.valueOf(move.number()));
            row.add(
                    move.outcome() == Outcome.MOVED
                            ? move.to()
                            : move.to() + ", " + move.outcome().words());
            row.add(String.valueOf(move.roundsOf(Round.What.MEMORY).size()));
            row.add(Quantity.mib(move.bytes(Round.What.MEMORY)));
            row.add(Quantity.mib(move.bytes(Round.What.DEVICE)));
            row.add(Quantity.mibPerSecond(move.dirtyBytesPerSecond()));
            row.add(Quantity.millis(move.endNanos() - move.startNanos()));
            row.add(Quantity.millis(move.stoppedNanos()));
            if (load) {
                row.add(Quantity.whole(move.commandsPerSecondBefore()));
                row.add(Quantity.whole(move.commandsPerSecondDuring()));
                row.add(Quantity.whole(move.commandsPerSecondAfter()));
                row.add(Quantity.millis(move.downtimeNanos()));
            }
            rows.add(row);
        }
        return new ReportTable(headings, rows, 2);
    }

    /** A line for each round of a move. */
    static ReportTable rounds(Move move) {
        List<List<String>> rows = new ArrayList<>();
        for (Round.What what : Round.What.values()) {
            List<Round> rounds = move.roundsOf(what);
            for (int i = 0; i < rounds.size(); i++) {
                Round round = rounds.get(i);
                rows.add(List.of(
                        what.title() + " " + (i + 1) + (round.live() ? "" : ", stopped"),
                        Quantity.millis(round.startNanos() - move.startNanos()),
                        Quantity.millis(round.nanos()),
                        Quantity.mib(round.bytes()),
                        Quantity.mibPerSecond(move.changedBytesPerSecond(round)),
                        Quantity.mibPerSecond(copyRate(round))));
            }
        }
        return new ReportTable(List.of("round", "at ms", "took ms", "MiB", "changed MiB/s", "copied MiB/s"), rows, 1);
    }

    /** A line for each step of a move. */
    static ReportTable steps(Move move) {
        return new ReportTable(
                List.of("step", "phase", "at ms", "took ms"),
                move.steps().stream()
                        .map(span -> List.of(
                                span.step() + (span.completed() ? "" : ": not completed"),
                                span.phase().title(),
                                Quantity.millis(span.startNanos() - move.startNanos()),
                                Quantity.millis(span.nanos())))
                        .toList(),
                2);
    }

    List<String> lines(String indentation) {
        TextTable text = new TextTable(wordColumns, headings.toArray(String[]::new));
        rows.forEach(row -> text.row(row.toArray(String[]::new)));
        return text.lines(indentation);
    }

    private static OptionalDouble copyRate(Round round) {
        return round.nanos() <= 0 ? OptionalDouble.empty() : OptionalDouble.of(round.bytes() * 1e9 / round.nanos());
    }
}
