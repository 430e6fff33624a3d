package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.Format.decimal;
import static io.vfiouser.nvme.cli.identify.Format.hex;

import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SmartLog;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The fields of the SMART / Health Information log that {@code nvme smart-log} shows. Base 2.1, section 5.1.12.1.3. */
final class SmartFields {

    private static final int LABEL_WIDTH = 40;
    private static final int WARNING_WIDTH = 31;
    /** From a thermal management counter of temperature 1 to that of temperature 2. */
    private static final int COUNTER_BYTES = 4;

    /** From bit 0. */
    private static final List<String> WARNINGS = List.of(
            "Available Spare[0]",
            "Temp. Threshold[1]",
            "NVM subsystem Reliability[2]",
            "Read-only[3]",
            "Volatile mem. backup failed[4]",
            "Persistent Mem. RO[5]");

    private static final FieldTable TABLE = new FieldTable(LABEL_WIDTH, fields());

    private SmartFields() {}

    static List<Entry> of(MemorySegment page) {
        return TABLE.read(page);
    }

    private static List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>(List.of(
                Field.of("critical_warning", SmartLog.CRITICAL_WARNING, hex(1)).explained(SmartFields::warnings),
                Field.of("temperature", SmartLog.COMPOSITE_TEMPERATURE, Quantities.temperature()),
                Field.of("available_spare", SmartLog.AVAILABLE_SPARE, Quantities.percent())
                        .key("avail_spare"),
                Field.of("available_spare_threshold", SmartLog.AVAILABLE_SPARE_THRESHOLD, Quantities.percent())
                        .key("spare_thresh"),
                Field.of("percentage_used", SmartLog.PERCENTAGE_USED, Quantities.percent())
                        .key("percent_used"),
                Field.of("endurance group critical warning summary", SmartLog.ENDURANCE_GROUP_CRITICAL_WARNING, hex(1))
                        .key("endurance_grp_critical_warning_summary"),
                Field.of("Data Units Read", SmartLog.DATA_UNITS_READ, Quantities.dataUnits())
                        .key("data_units_read"),
                Field.of("Data Units Written", SmartLog.DATA_UNITS_WRITTEN, Quantities.dataUnits())
                        .key("data_units_written"),
                Field.of("host_read_commands", SmartLog.HOST_READ_COMMANDS, decimal(16)),
                Field.of("host_write_commands", SmartLog.HOST_WRITE_COMMANDS, decimal(16)),
                Field.of("controller_busy_time", SmartLog.CONTROLLER_BUSY_TIME, decimal(16)),
                Field.of("power_cycles", SmartLog.POWER_CYCLES, decimal(16)),
                Field.of("power_on_hours", SmartLog.POWER_ON_HOURS, decimal(16)),
                Field.of("unsafe_shutdowns", SmartLog.UNSAFE_SHUTDOWNS, decimal(16)),
                Field.of("media_errors", SmartLog.MEDIA_ERRORS, decimal(16)),
                Field.of("num_err_log_entries", SmartLog.ERROR_LOG_ENTRIES, decimal(16)),
                Field.of("Warning Temperature Time", SmartLog.WARNING_TEMPERATURE_TIME, decimal(4))
                        .key("warning_temp_time"),
                Field.of("Critical Composite Temperature Time", SmartLog.CRITICAL_TEMPERATURE_TIME, decimal(4))
                        .key("critical_comp_time")));
        for (int i = 1; i <= SmartLog.TEMPERATURE_SENSORS; i++) {
            int offset = SmartLog.TEMPERATURE_SENSOR_1 + 2 * (i - 1);
            fields.add(Field.of("Temperature Sensor " + i, offset, Quantities.temperature())
                    .key("temperature_sensor_" + i)
                    .when(page -> LittleEndian.u16(page, offset) != 0));
        }
        fields.addAll(List.of(
                Field.of("Thermal Management T1 Trans Count", SmartLog.THERMAL_TRANSITIONS_1, decimal(4))
                        .key("thm_temp1_trans_count"),
                Field.of(
                                "Thermal Management T2 Trans Count",
                                SmartLog.THERMAL_TRANSITIONS_1 + COUNTER_BYTES,
                                decimal(4))
                        .key("thm_temp2_trans_count"),
                Field.of("Thermal Management T1 Total Time", SmartLog.THERMAL_TIME_1, decimal(4))
                        .key("thm_temp1_total_time"),
                Field.of("Thermal Management T2 Total Time", SmartLog.THERMAL_TIME_1 + COUNTER_BYTES, decimal(4))
                        .key("thm_temp2_total_time")));
        return fields;
    }

    /** {@code smart-log} explains the warnings only with {@code -H}; here they are explained once there is one. */
    private static List<String> warnings(BigInteger value) {
        if (value.signum() == 0) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        for (int bit = 0; bit < WARNINGS.size(); bit++) {
            lines.add(warning(WARNINGS.get(bit), value.testBit(bit) ? BigInteger.ONE : BigInteger.ZERO));
        }
        BigInteger reserved = value.shiftRight(WARNINGS.size());
        if (reserved.signum() != 0) {
            lines.add(warning("Reserved[7:6]", reserved));
        }
        return lines;
    }

    private static String warning(String name, BigInteger value) {
        return "      " + name + " ".repeat(Math.max(0, WARNING_WIDTH - name.length())) + ": " + value;
    }
}
