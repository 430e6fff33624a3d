package io.vfiouser.nvme.cli.migrate;

import java.util.Locale;
import java.util.stream.LongStream;

/**
 * A linear axis.
 *
 * @param first value at its start
 * @param last value at its end, more than the first
 * @param start where it starts, in the drawing's units
 * @param end where it ends; less than the start if it goes up
 */
record Axis(double first, double last, double start, double end) {
    private static final double[] STEPS = {1, 2, 5, 10};

    double at(double value) {
        return start + (value - first) / (last - first) * (end - start);
    }

    /** A place as SVG writes it. */
    String place(double value) {
        return number(at(value));
    }

    /** Round values on the axis, about {@code count} of them. */
    double[] ticks(int count) {
        double step = step(count);
        long from = (long) Math.ceil(first / step - 1e-9);
        long to = (long) Math.floor(last / step + 1e-9);
        return LongStream.rangeClosed(from, to).mapToDouble(i -> i * step).toArray();
    }

    /** Decimals that tell neighbouring ticks apart. */
    int decimals(int count) {
        return (int) Math.max(0, Math.ceil(-Math.log10(step(count)) - 1e-9));
    }

    private double step(int count) {
        double rough = (last - first) / count;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double step : STEPS) {
            if (step * power >= rough * 0.999) {
                return step * power;
            }
        }
        return 10 * power;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
