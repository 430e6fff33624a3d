package io.vfiouser.nvme.cli;

import io.vfiouser.os.CpuAffinity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Processors as a user and as Linux writes them: {@code 3}, {@code 2,3}, {@code 2-3}, {@code 0,4-6}.
 *
 * @param ids in the order in which they were written, each once; at least one
 */
record ProcessorList(List<Integer> ids) {

    private static final Pattern PART = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    static ProcessorList parse(String text) {
        Set<Integer> ids = new LinkedHashSet<>();
        for (String part : text.strip().split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no list of processors: write numbers and ranges"
                        + " separated by commas, as in 3 or 2,3 or 2-3; processors are counted from 0");
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (last < first) {
                throw new IllegalArgumentException(
                        "'" + part.strip() + "' is no range of processors: write " + last + "-" + first);
            }
            for (int id = first; id <= last; id++) {
                if (!ids.add(id)) {
                    throw new IllegalArgumentException(
                            "processor " + id + " is there twice: each polling thread needs one of its own");
                }
            }
        }
        return new ProcessorList(List.copyOf(ids));
    }

    /** What keeps this process from using them, with the remedy; empty if nothing does. */
    Optional<String> refusal() {
        return refusal(CpuAffinity.online(), CpuAffinity.allowed());
    }

    /**
     * @param online processors that the machine has
     * @param allowed those of them that this process may use
     */
    Optional<String> refusal(BitSet online, BitSet allowed) {
        BitSet missing = of(ids);
        missing.andNot(online);
        missing.andNot(allowed);
        if (!missing.isEmpty()) {
            return Optional.of("this machine has processors " + describe(online) + ", not " + describe(missing)
                    + ": name some of those");
        }
        BitSet forbidden = of(ids);
        forbidden.andNot(allowed);
        if (!forbidden.isEmpty()) {
            return Optional.of("this process may not run on processor " + describe(forbidden) + ", only on "
                    + describe(allowed)
                    + ": name one of those, or start it with a wider affinity (taskset, the service's"
                    + " CPUAffinity, its cpuset)");
        }
        return Optional.empty();
    }

    private static BitSet of(List<Integer> ids) {
        BitSet set = new BitSet();
        ids.forEach(set::set);
        return set;
    }

    private static String describe(BitSet set) {
        List<String> ranges = new ArrayList<>();
        for (int first = set.nextSetBit(0); first >= 0; ) {
            int end = set.nextClearBit(first);
            ranges.add(end - first == 1 ? Integer.toString(first) : first + " to " + (end - 1));
            first = set.nextSetBit(end);
        }
        return String.join(", ", ranges);
    }

    @Override
    public String toString() {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Turns an option's text into a list, with the reason where it cannot. */
    static final class Converter implements ITypeConverter<ProcessorList> {

        Converter() {}

        @Override
        public ProcessorList convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
