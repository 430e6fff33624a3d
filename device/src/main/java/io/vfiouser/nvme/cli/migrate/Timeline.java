package io.vfiouser.nvme.cli.migrate;

import java.util.List;
import java.util.Locale;

/**
 * Draws a time of a run as SVG: throughput, phases as shades behind it, a strip with the rounds below it, and downtimes by a mark above it.
 * Colours are classes, which the page defines.
 */
final class Timeline {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 286;
    private static final int LEFT = 64;
    private static final int RIGHT = WIDTH - 12;
    private static final int TOP = 34;
    private static final int BOTTOM = 220;
    private static final int STRIPS_TOP = 246;
    private static final int STRIP_HEIGHT = 10;
    private static final int STRIP_GAP = 6;
    private static final int LABELS = BOTTOM + 18;
    private static final int TICKS_ACROSS = 8;
    private static final int TICKS_UP = 4;
    /** More would run into each other. */
    private static final int MOST_DOWNTIME_LABELS = 12;
    /** Of shades and bars, so that what is short is seen at all. */
    private static final double THINNEST = 1.5;

    private final MigrationReport report;
    private final Axis time;
    private final Axis rate;
    private final List<Throughput.Step> steps;
    private final List<Move> moves;
    private final StringBuilder svg = new StringBuilder();

    private Timeline(MigrationReport report, long startNanos, long endNanos) {
        this.report = report;
        this.time = new Axis(startNanos / 1e9, Math.max(endNanos, startNanos + 1) / 1e9, LEFT, RIGHT);
        this.steps = Throughput.between(report.samples(), startNanos, endNanos, (RIGHT - LEFT) / 2);
        double most = steps.stream()
                .mapToDouble(Throughput.Step::commandsPerSecond)
                .max()
                .orElse(0);
        this.rate = new Axis(0, Math.max(1, most * 1.05), BOTTOM, TOP);
        this.moves = report.moves().stream()
                .filter(move -> move.endNanos() >= startNanos && move.startNanos() <= endNanos)
                .toList();
    }

    /**
     * A time of a run.
     *
     * @param title what the drawing shows, for those who cannot see it
     */
    static String draw(MigrationReport report, long startNanos, long endNanos, String title) {
        return new Timeline(report, startNanos, endNanos).draw(title);
    }

    private String draw(String title) {
        add("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(WIDTH, HEIGHT, Html.escape(title)));
        moves.forEach(this::shades);
        axes();
        throughput();
        moves.forEach(this::rounds);
        boolean labels = moves.size() <= MOST_DOWNTIME_LABELS;
        moves.forEach(move -> downtime(move, labels));
        svg.append("</svg>\n");
        return svg.toString();
    }

    private void shades(Move move) {
        for (StepSpan span : move.steps()) {
            bar(
                    css(span.phase()),
                    span.startNanos(),
                    span.endNanos(),
                    TOP,
                    BOTTOM - TOP,
                    "move " + move.number() + ", " + span.step() + ": " + Quantity.millis(span.nanos()) + " ms");
        }
    }

    private void rounds(Move move) {
        for (Round.What what : Round.What.values()) {
            List<Round> rounds = move.roundsOf(what);
            for (int i = 0; i < rounds.size(); i++) {
                Round round = rounds.get(i);
                String title = "move " + move.number() + ", " + what.title() + ", round " + (i + 1) + ": "
                        + Quantity.mib(round.bytes()) + " MiB in " + Quantity.millis(round.nanos()) + " ms";
                String css = round.live() ? i % 2 == 0 ? "even" : "odd" : "last";
                bar(css, round.startNanos(), round.endNanos(), strip(what), STRIP_HEIGHT, title);
            }
        }
    }

    private static int strip(Round.What what) {
        return what == Round.What.MEMORY ? STRIPS_TOP : STRIPS_TOP + STRIP_HEIGHT + STRIP_GAP;
    }

    /** Where the guest stood still. */
    private void downtime(Move move, boolean label) {
        if (move.downtimeNanos().isEmpty()) {
            return;
        }
        long at = move.stopStartNanos().orElse(move.endNanos())
                + move.stoppedNanos().orElse(0) / 2;
        if (at < time.first() * 1e9 || at > time.last() * 1e9) {
            return;
        }
        String x = time.place(at / 1e9);
        String words = Quantity.millis(move.downtimeNanos()) + " ms";
        add("<g class=\"down\"><title>move %s: downtime %s</title>".formatted(move.number(), words));
        add("<path d=\"M%s %s l-5 -8 h10 z\"/>".formatted(x, TOP));
        if (label) {
            add("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>".formatted(x, TOP - 12, anchor(at), words));
        }
        svg.append("</g>\n");
    }

    private String anchor(long nanos) {
        double x = time.at(nanos / 1e9);
        return x > RIGHT - 40 ? "end" : x < LEFT + 40 ? "start" : "middle";
    }

    private void bar(String css, long startNanos, long endNanos, int y, int height, String title) {
        double left = Math.max(LEFT, time.at(startNanos / 1e9));
        double right = Math.min(RIGHT, Math.max(time.at(endNanos / 1e9), left + THINNEST));
        if (right > left && endNanos / 1e9 >= time.first()) {
            add("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"><title>%s</title></rect>\n"
                    .formatted(css, Axis.number(left), y, Axis.number(right - left), height, Html.escape(title)));
        }
    }

    private void axes() {
        for (double tick : steps.isEmpty() ? new double[0] : rate.ticks(TICKS_UP)) {
            String y = rate.place(tick);
            add("<path class=\"grid\" d=\"M%s %s H%s\"/>".formatted(LEFT, y, RIGHT));
            add("<text x=\"%s\" y=\"%s\" dy=\"4\" text-anchor=\"end\">%s</text>\n"
                    .formatted(LEFT - 6, y, thousands(tick)));
        }
        String form = "%." + time.decimals(TICKS_ACROSS) + "f s";
        for (double tick : time.ticks(TICKS_ACROSS)) {
            String x = time.place(tick);
            add("<path class=\"grid\" d=\"M%s %s v4\"/>".formatted(x, BOTTOM));
            add("<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s</text>\n"
                    .formatted(x, LABELS, String.format(Locale.ROOT, form, tick)));
        }
        add("<text x=\"%s\" y=\"%s\">IOPS</text>".formatted(8, TOP - 12));
        for (Round.What what : Round.What.values()) {
            add("<text x=\"%s\" y=\"%s\">%s</text>\n".formatted(8, strip(what) + STRIP_HEIGHT, what.title()));
        }
        add("<path class=\"axis\" d=\"M%s %s V%s H%s\"/>\n".formatted(LEFT, TOP, BOTTOM, RIGHT));
    }

    private void throughput() {
        if (steps.isEmpty()) {
            if (report.samples().isEmpty()) {
                add("<text x=\"%s\" y=\"%s\">no workload</text>\n".formatted(LEFT + 12, TOP + 20));
            }
            return;
        }
        StringBuilder line = new StringBuilder();
        for (Throughput.Step step : steps) {
            line.append(line.isEmpty() ? "M" : "L")
                    .append(time.place(step.startNanos() / 1e9))
                    .append(' ')
                    .append(rate.place(step.commandsPerSecond()))
                    .append('H')
                    .append(time.place(step.endNanos() / 1e9));
        }
        String end = time.place(steps.getLast().endNanos() / 1e9);
        String start = time.place(steps.getFirst().startNanos() / 1e9);
        add("<path class=\"area\" d=\"%sL%s %sH%sZ\"/>\n".formatted(line, end, BOTTOM, start));
        add("<path class=\"line\" d=\"%s\"/>\n".formatted(line));
    }

    private static String thousands(double value) {
        return value >= 1e6 ? trimmed(value / 1e6) + " M" : value >= 1e3 ? trimmed(value / 1e3) + " k" : trimmed(value);
    }

    private static String trimmed(double value) {
        return value == Math.rint(value)
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.2f", value).replaceFirst("0$", "");
    }

    /** The class of a phase's shade. */
    static String css(Phase phase) {
        return switch (phase) {
            case PREPARING, CLEANING_UP -> "aside";
            case PRE_COPY -> "precopy";
            case STOPPING -> "stopping";
            case LAST_ROUND -> "lastround";
            case STARTING -> "starting";
            case ROLLING_BACK -> "rollback";
        };
    }

    /** Formatted with strings and whole numbers only, which look the same everywhere. */
    private void add(String text) {
        svg.append(text);
    }
}
