package io.vfiouser.nvme.cli.migrate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A report as one HTML page that needs nothing else: style and drawings are inside, there is no script. */
public final class HtmlReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --dim: #667; --grid: #dde1e6; --line: #1f6fd0;
              --area: #1f6fd028; --precopy: #e3b34133; --aside: #86868622; --stopping: #e8590c66; --lastround: #d6336c66; --starting: #37b24d66;
              --rollback: #86868699; --even: #b58900; --odd: #dcb545; --last: #d6336c; --bad: #c92a2a; --good: #2b8a3e; }
            @media (prefers-color-scheme: dark) { :root { --back: #14171b; --text: #e4e7eb; --dim: #98a1ad; --grid: #2d333b;
              --line: #63a9ff; --area: #63a9ff28; --precopy: #e3b3412b; --stopping: #ff922b80; --lastround: #f0659580;
              --starting: #51cf6680; --bad: #ff8787; --good: #69db7c; } }
            body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
              max-width: 72rem; padding: 0 1rem; }
            h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
            .good { color: var(--good); } .bad { color: var(--bad); } .dim { color: var(--dim); }
            svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--dim); }
            .figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1rem 0; } .figures b { display: block;
              font-size: 1.4rem; font-variant-numeric: tabular-nums; } .figures span { color: var(--dim); }
            .scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { border-bottom: 1px solid var(--grid); padding: .25rem .75rem .25rem 0; text-align: right;
              white-space: nowrap; } th { color: var(--dim); font-weight: 600; } .w { text-align: left; }
            .legend span { margin-right: 1.2rem; } .legend i { display: inline-block; height: .8em; width: 1.2em;
              margin-right: .4em; vertical-align: -.05em; }
            .grid { fill: none; stroke: var(--grid); } .axis { fill: none; stroke: var(--dim); }
            .line { fill: none; stroke: var(--line); stroke-width: 1.3; } .area { fill: var(--area); }
            .aside { fill: var(--aside); background: var(--aside); }
            .precopy { fill: var(--precopy); background: var(--precopy); }
            .stopping { fill: var(--stopping); background: var(--stopping); }
            .lastround { fill: var(--lastround); background: var(--lastround); }
            .starting { fill: var(--starting); background: var(--starting); }
            .rollback { fill: var(--rollback); background: var(--rollback); }
            .even { fill: var(--even); } .odd { fill: var(--odd); } .last { fill: var(--last); }
            .down path { fill: var(--text); } .down text { fill: var(--text); font-weight: 600; }
            """;

    /** Of the length of the move that is drawn larger, what is shown of the time before and after. */
    private static final double MARGIN = 0.15;

    private static final long SHORTEST_MARGIN_NANOS = 2_000_000;
    private static final double SMALL_PART = 0.2;

    private final MigrationReport report;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(MigrationReport report) {
        this.report = report;
    }

    /** The page's text, to be written as UTF-8. */
    public static String page(MigrationReport report) {
        return new HtmlReport(report).page();
    }

    private String page() {
        List<String> head = Headline.of(report);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.append("<title>nvme-vfu migrate</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n");
        page.append("<h1 class=\"").append(report.outcome() == Outcome.MOVED ? "good" : "bad");
        page.append("\">").append(Html.escape(capitalised(head.getFirst()))).append("</h1>\n");
        head.subList(1, head.size()).forEach(line -> paragraph("", line));
        figures();
        if (!report.moves().isEmpty()) {
            heading("Timeline");
            page.append(Timeline.draw(report, 0, report.nanos(), "throughput and phases of the whole run"));
            legend();
            report.longest().ifPresent(this::closeUp);
            heading("Moves");
            table(ReportTable.moves(report.moves(), report.verification().isPresent()));
            report.longest().ifPresent(this::details);
        }
        verification();
        page.append("</body>\n</html>\n");
        return page.toString();
    }

    private void figures() {
        Spread downtime = report.downtime();
        page.append("<div class=\"figures\">\n");
        if (!downtime.isEmpty()) {
            figure(Quantity.millis(downtime.median()) + " ms", "downtime, median");
            figure(Quantity.millis(downtime.minimum()) + " ms", "downtime, shortest");
            figure(Quantity.millis(downtime.maximum()) + " ms", "downtime, longest");
        }
        figure(report.moved() + " of " + report.moves().size(), "moves succeeded");
        figure(Quantity.seconds(report.nanos()) + " s", "the whole run");
        page.append("</div>\n");
    }

    private void figure(String value, String name) {
        page.append("<div><b>").append(Html.escape(value)).append("</b><span>");
        page.append(Html.escape(name)).append("</span></div>\n");
    }

    private void legend() {
        page.append("<p class=\"legend dim\">");
        page.append(Arrays.stream(Phase.values())
                .filter(phase -> report.moves().stream()
                        .flatMap(move -> move.steps().stream())
                        .anyMatch(span -> span.phase() == phase))
                .map(phase ->
                        "<span><i class=\"" + Timeline.css(phase) + "\"></i>" + Html.escape(phase.title()) + "</span>")
                .collect(Collectors.joining("\n")));
        page.append("<span>&#9662; downtime as the client saw it</span></p>\n");
    }

    /** The move, and larger again the time in which the guest stood still if that is a small part of it. */
    private void closeUp(Move move) {
        String title = "Move " + move.number() + " from " + move.from() + " to " + move.to();
        heading(title);
        drawing(move.startNanos(), move.endNanos(), title);
        long stopped = move.stoppedNanos().orElse(0);
        if (stopped > 0 && stopped < SMALL_PART * (move.endNanos() - move.startNanos())) {
            long start = move.stopStartNanos().orElse(move.startNanos());
            heading("Move " + move.number() + ", the guest stopped");
            drawing(start, start + stopped, "the time in which the guest stood still");
        }
    }

    private void drawing(long startNanos, long endNanos, String title) {
        long margin = (long) Math.max(SHORTEST_MARGIN_NANOS, MARGIN * (endNanos - startNanos));
        page.append(Timeline.draw(
                report, Math.max(0, startNanos - margin), Math.min(report.nanos(), endNanos + margin), title));
    }

    private void details(Move move) {
        heading("Move " + move.number() + ", round by round");
        table(ReportTable.rounds(move));
        heading("Move " + move.number() + ", step by step");
        table(ReportTable.steps(move));
    }

    private void verification() {
        Optional<Verification> verification = report.verification();
        if (verification.isPresent()) {
            heading("Verified");
            Verification found = verification.get();
            paragraph(found.intact() ? "good" : "bad", capitalised(Headline.verified(found)));
            found.faults().forEach(fault -> paragraph("bad", fault));
        }
    }

    private void table(ReportTable table) {
        page.append("<div class=\"scroll\"><table>\n<thead><tr>");
        cells("th", table.headings(), table.wordColumns());
        page.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : table.rows()) {
            page.append("<tr>");
            cells("td", row, table.wordColumns());
            page.append("</tr>\n");
        }
        page.append("</tbody>\n</table></div>\n");
    }

    private void cells(String tag, List<String> cells, int words) {
        for (int i = 0; i < cells.size(); i++) {
            page.append('<').append(tag).append(i < words ? " class=\"w\">" : ">");
            page.append(Html.escape(cells.get(i))).append("</").append(tag).append('>');
        }
    }

    private void heading(String text) {
        page.append("<h2>").append(Html.escape(text)).append("</h2>\n");
    }

    private void paragraph(String css, String text) {
        page.append(css.isEmpty() ? "<p>" : "<p class=\"" + css + "\">")
                .append(Html.escape(text))
                .append("</p>\n");
    }

    private static String capitalised(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
