package io.vfiouser.nvme.guest;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a guest's kernel said while it ran, as {@code dmesg -r} gives it. */
record KernelLog(List<Line> lines) {
    /** syslog's level of a warning; lower ones are worse. */
    private static final int WARNING = 4;

    private static final Pattern LINE = Pattern.compile("<(\\d+)>\\[\\s*[\\d.]+\\] (.*)");

    /** What concerns disks, PCI and interrupts, and what shows a kernel in trouble. */
    private static final Pattern CONCERNS_THE_DISK = Pattern.compile(
            "nvme|ng\\d|blk|block|\\bI/O|EXT4|JBD2|Buffer|sector|pcieport|pciehp|AER|nobody cared|BUG|WARNING|Oops"
                    + "|hung|blocked for more|Call Trace|Kernel panic|Out of memory",
            Pattern.CASE_INSENSITIVE);

    /** What a healthy guest says of its disks, all of it for information. */
    private static final List<Pattern> HEALTHY = List.of(
            Pattern.compile("nvme nvme\\d+: pci function .*"),
            Pattern.compile("nvme nvme\\d+: \\d+/\\d+/\\d+ default/read/poll queues"),
            Pattern.compile("nvme nvme\\d+: rescanning namespaces\\."),
            Pattern.compile("nvme \\S+: enabling device .*"),
            Pattern.compile("nvme\\d+n\\d+: ?(p\\d+ ?)*"),
            Pattern.compile("EXT4-fs \\(nvme\\S+\\): (mounted|re-mounted|unmounting)\\b.*"),
            Pattern.compile("Command line: .*|Kernel command line: .*"),
            Pattern.compile(
                    "pcieport \\S+: (PME: Signaling|AER: enabled|pciehp: Slot #|enabling device|bridge window).*"),
            Pattern.compile("Block layer .*|.*[hH]ash table entries.*|io scheduler .*|SCSI subsystem.*|loop: .*"));

    /** A message and its level. */
    record Line(int level, String text) {
        private boolean isFault() {
            if (!CONCERNS_THE_DISK.matcher(text).find()) {
                return false;
            }
            return level <= WARNING
                    || ((text.contains("nvme") || text.contains("EXT4"))
                            && HEALTHY.stream()
                                    .noneMatch(known -> known.matcher(text).matches()));
        }
    }

    static KernelLog parse(String raw) {
        return new KernelLog(raw.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> new Line(
                        Integer.parseInt(line.group(1)) & 7, line.group(2).strip()))
                .toList());
    }

    /** What the kernel complains about, but for what the scenario provokes. */
    List<String> faults(List<Pattern> provoked) {
        Predicate<Line> expected = line -> provoked.stream()
                .anyMatch(pattern -> pattern.matcher(line.text()).find());
        return lines.stream()
                .filter(Line::isFault)
                .filter(expected.negate())
                .map(Line::text)
                .toList();
    }

    boolean says(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        return lines.stream().anyMatch(line -> wanted.matcher(line.text()).find());
    }
}
