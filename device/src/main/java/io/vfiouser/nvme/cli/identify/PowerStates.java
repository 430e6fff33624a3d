package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.PowerState;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The power state descriptors of Identify Controller. Base 2.1, section 5.1.13.2.1, "Power State Descriptor Data Structure". */
final class PowerStates {

    /** There is room for so many, whatever NPSS says. */
    private static final int MAXIMUM = 32;

    private static final int EPFRT = 23;
    private static final int FQVT = 24;
    private static final int EPFVT = 25;
    private static final int RECOVERY_AND_VAULT_SCALES = 26;
    private static final int EPFVTS = 27;

    private static final int POWER_SCALE_SHIFT = 6;
    private static final int SCALE_NONE = 0;
    private static final int SCALE_100_MICROWATTS = 1;
    private static final int SCALE_10_MILLIWATTS = 2;
    private static final int WORKLOAD_MASK = 0x7;
    private static final int TIME_SCALE_MASK = 0xF;
    private static final int LARGEST_TIME = 99;

    private static final String INDENT = " ".repeat(12);
    private static final String UNKNOWN = "-";
    private static final String RESERVED = "reserved";
    private static final List<String> WORKLOADS = List.of(UNKNOWN, "1MiB 32 RW, 30s idle", "80K 128KiB SW");
    private static final List<String> TIME_SCALES = List.of(
            "1 microsecond",
            "10 microseconds",
            "100 microseconds",
            "1 millisecond",
            "10 milliseconds",
            "100 milliseconds",
            "1 second",
            "10 seconds",
            "100 seconds",
            "1,000 seconds",
            "10,000 seconds",
            "100,000 seconds",
            "1,000,000 seconds");

    private PowerStates() {}

    static Entry of(MemorySegment controller) {
        int count = Math.min(LittleEndian.u8(controller, IdentifyController.NPSS) + 1, MAXIMUM);
        List<String> lines = new ArrayList<>();
        List<Map<String, Object>> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long offset = IdentifyController.PSD0 + (long) i * PowerState.LENGTH_BYTES;
            MemorySegment descriptor = controller.asSlice(offset, PowerState.LENGTH_BYTES);
            lines.addAll(lines(i, descriptor));
            values.add(values(descriptor));
        }
        return new Entry("psds", values, lines);
    }

    private static List<String> lines(int index, MemorySegment d) {
        int flags = u8(d, PowerState.FLAGS);
        int maximumScale = (flags & PowerState.FLAGS_MXPS) != 0 ? SCALE_100_MICROWATTS : SCALE_10_MILLIWATTS;
        int scales = u8(d, RECOVERY_AND_VAULT_SCALES);
        String latencies =
                " enlat:" + LittleEndian.u32(d, PowerState.ENLAT) + " exlat:" + LittleEndian.u32(d, PowerState.EXLAT)
                        + " rrt:" + u8(d, PowerState.RRT) + " rrl:" + u8(d, PowerState.RRL);
        return List.of(
                String.format(Locale.ROOT, "ps   %4d : mp:", index)
                        + power(u16(d, PowerState.MP), maximumScale)
                        + ((flags & PowerState.FLAGS_NOPS) != 0 ? " non-operational" : " operational")
                        + latencies,
                INDENT + "rwt:" + u8(d, PowerState.RWT) + " rwl:" + u8(d, PowerState.RWL) + " idle_power:"
                        + power(u16(d, PowerState.IDLP), u8(d, PowerState.IPS) >>> POWER_SCALE_SHIFT) + " active_power:"
                        + power(u16(d, PowerState.ACTP), u8(d, PowerState.APW_APS) >>> POWER_SCALE_SHIFT),
                INDENT + "active_power_workload:"
                        + named(WORKLOADS, u8(d, PowerState.APW_APS) & WORKLOAD_MASK, RESERVED),
                time("emergency power fail recovery time", u8(d, EPFRT), scales & TIME_SCALE_MASK),
                time("forced quiescence vault time", u8(d, FQVT), scales >>> 4),
                time("emergency power fail vault time", u8(d, EPFVT), u8(d, EPFVTS) & TIME_SCALE_MASK));
    }

    private static Map<String, Object> values(MemorySegment d) {
        int flags = u8(d, PowerState.FLAGS);
        int scales = u8(d, RECOVERY_AND_VAULT_SCALES);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("max_power", u16(d, PowerState.MP));
        values.put("max_power_scale", flags & PowerState.FLAGS_MXPS);
        values.put("non-operational_state", (flags & PowerState.FLAGS_NOPS) == 0 ? 0 : 1);
        values.put("entry_lat", LittleEndian.u32(d, PowerState.ENLAT));
        values.put("exit_lat", LittleEndian.u32(d, PowerState.EXLAT));
        values.put("read_tput", u8(d, PowerState.RRT));
        values.put("read_lat", u8(d, PowerState.RRL));
        values.put("write_tput", u8(d, PowerState.RWT));
        values.put("write_lat", u8(d, PowerState.RWL));
        values.put("idle_power", u16(d, PowerState.IDLP));
        values.put("idle_scale", u8(d, PowerState.IPS) >>> POWER_SCALE_SHIFT);
        values.put("active_power", u16(d, PowerState.ACTP));
        values.put("active_power_work", u8(d, PowerState.APW_APS) & WORKLOAD_MASK);
        values.put("active_scale", u8(d, PowerState.APW_APS) >>> POWER_SCALE_SHIFT);
        values.put("emerg_power_fail_recover_time", u8(d, EPFRT));
        values.put("emerg_power_fail_recover_scale", scales & TIME_SCALE_MASK);
        values.put("force_quiesce_vault_time", u8(d, FQVT));
        values.put("force_quiesce_vault_scale", scales >>> 4);
        values.put("emerg_power_fail_vault_time", u8(d, EPFVT));
        values.put("emerg_power_fail_vault_scale", u8(d, EPFVTS) & TIME_SCALE_MASK);
        return values;
    }

    private static String power(int value, int scale) {
        return switch (scale) {
            case SCALE_NONE -> UNKNOWN;
            case SCALE_100_MICROWATTS -> String.format(Locale.ROOT, "%d.%04dW", value / 10_000, value % 10_000);
            case SCALE_10_MILLIWATTS -> String.format(Locale.ROOT, "%d.%02dW", value / 100, value % 100);
            default -> RESERVED;
        };
    }

    private static String time(String name, int value, int scale) {
        String shown;
        if (value == 0) {
            shown = UNKNOWN;
        } else if (value <= LARGEST_TIME) {
            shown = value + " (unit: " + named(TIME_SCALES, scale, BitRange.RESERVED) + ")";
        } else {
            shown = RESERVED;
        }
        return INDENT + name + ": " + shown;
    }

    private static String named(List<String> names, int code, String otherwise) {
        return code < names.size() ? names.get(code) : otherwise;
    }

    private static int u8(MemorySegment descriptor, int offset) {
        return LittleEndian.u8(descriptor, offset);
    }

    private static int u16(MemorySegment descriptor, int offset) {
        return LittleEndian.u16(descriptor, offset);
    }
}
