package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor time of the machine and of some processes at a moment, in clock ticks of 10 ms.
 *
 * @param all of all processors: user, system, interrupts, and what the hypervisor gave to others
 * @param ours of the processes
 */
record ProcessorTime(long nanoTime, long all, long ours) {

    private static final double TICK_NANOS = 1e7;
    /** In /proc/stat: user nice system idle iowait irq softirq steal. */
    private static final int[] BUSY_COLUMNS = {1, 2, 3, 6, 7, 8};
    /** In /proc/PID/stat, counted from behind the name of the program. */
    static final int USER_TIME = 11;

    static final int SYSTEM_TIME = 12;
    static final int CHILDREN_USER_TIME = 13;
    static final int CHILDREN_SYSTEM_TIME = 14;

    /** Now; processes that have ended count nothing. */
    static ProcessorTime now(List<Long> processes) {
        long ours = 0;
        for (long pid : processes) {
            ours += ofProcess(pid);
        }
        return new ProcessorTime(System.nanoTime(), ofMachine(), ours + ofThis());
    }

    /** Processors that others than the processes kept busy since a moment, such as 0.03. Never negative. */
    double othersSince(ProcessorTime before) {
        double ticks = (all - before.all) - (ours - before.ours);
        return Math.max(0, ticks * TICK_NANOS / (nanoTime - before.nanoTime));
    }

    private static long ofMachine() {
        return parseMachine(read(Path.of("/proc/stat")));
    }

    static long parseMachine(String stat) {
        String[] columns = stat.lines().findFirst().orElse("").split(" +", -1);
        long sum = 0;
        for (int column : BUSY_COLUMNS) {
            sum += column < columns.length ? Long.parseLong(columns[column]) : 0;
        }
        return sum;
    }

    /** With the children that have ended. */
    private static long ofThis() {
        String stat = read(Path.of("/proc/self/stat"));
        return parseProcess(stat, USER_TIME, SYSTEM_TIME, CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME);
    }

    private static long ofProcess(long pid) {
        return parseProcess(read(Path.of("/proc", Long.toString(pid), "stat")), USER_TIME, SYSTEM_TIME);
    }

    static long parseProcess(String stat, int... fields) {
        if (stat.isEmpty()) {
            return 0;
        }
        // the name may hold blanks and brackets
        String[] columns = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long sum = 0;
        for (int field : fields) {
            sum += Long.parseLong(columns[field]);
        }
        return sum;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
