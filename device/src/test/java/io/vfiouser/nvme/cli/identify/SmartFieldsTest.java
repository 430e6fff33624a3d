package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Bytes at the offsets of Base 2.1, section 5.1.12.1.3, and the lines that {@code nvme smart-log} has for them. */
class SmartFieldsTest {

    private final MemorySegment page = MemorySegment.ofArray(new byte[512]);

    @Test
    void countersTemperaturesAndPercentagesHaveTheFormatsOfNvmeCli() {
        LittleEndian.putU16(page, 1, 300);
        LittleEndian.putU8(page, 3, 100);
        LittleEndian.putU8(page, 4, 10);
        LittleEndian.putU8(page, 5, 255);
        LittleEndian.putU64(page, 32, 2);
        LittleEndian.putU64(page, 48, 1999);
        LittleEndian.putU64(page, 64 + 8, 1);
        LittleEndian.putU32(page, 192, -1);
        LittleEndian.putU16(page, 200 + 2 * 7, 301);
        LittleEndian.putU32(page, 228, 9);

        assertThat(Listings.smartLog(page).lines())
                .containsExactly(
                        "Smart Log for NVME device:nvme0 namespace-id:ffffffff",
                        "critical_warning                        : 0",
                        "temperature                             : 27 °C (300 K)",
                        "available_spare                         : 100%",
                        "available_spare_threshold               : 10%",
                        "percentage_used                         : 255%",
                        "endurance group critical warning summary: 0",
                        "Data Units Read                         : 2 (1.02 MB)",
                        "Data Units Written                      : 1999 (1.02 GB)",
                        "host_read_commands                      : 18446744073709551616",
                        "host_write_commands                     : 0",
                        "controller_busy_time                    : 0",
                        "power_cycles                            : 0",
                        "power_on_hours                          : 0",
                        "unsafe_shutdowns                        : 0",
                        "media_errors                            : 0",
                        "num_err_log_entries                     : 0",
                        "Warning Temperature Time                : 4294967295",
                        "Critical Composite Temperature Time     : 0",
                        "Temperature Sensor 8                    : 28 °C (301 K)",
                        "Thermal Management T1 Trans Count       : 0",
                        "Thermal Management T2 Trans Count       : 0",
                        "Thermal Management T1 Total Time        : 0",
                        "Thermal Management T2 Total Time        : 9");
        assertThat(Listings.smartLog(page).asMap())
                .contains(
                        entry("temperature", BigInteger.valueOf(300)),
                        entry("data_units_written", BigInteger.valueOf(1999)),
                        entry("host_read_commands", BigInteger.TWO.pow(64)),
                        entry("temperature_sensor_8", BigInteger.valueOf(301)))
                .doesNotContainKey("temperature_sensor_1");
    }

    @Test
    void warningsAreExplainedOnceThereIsOne() {
        LittleEndian.putU8(page, 0, 0x8A);

        assertThat(Listings.smartLog(page).lines())
                .containsSequence(
                        "critical_warning                        : 0x8a",
                        "      Available Spare[0]             : 0",
                        "      Temp. Threshold[1]             : 1",
                        "      NVM subsystem Reliability[2]   : 0",
                        "      Read-only[3]                   : 1",
                        "      Volatile mem. backup failed[4] : 0",
                        "      Persistent Mem. RO[5]          : 0",
                        "      Reserved[7:6]                  : 2",
                        "");
    }

    @Test
    void largestCounterIsShownWithTheLargestPrefix() {
        assertThat(Quantities.si(BigInteger.valueOf(999))).isEqualTo("999.00 ");
        assertThat(Quantities.si(BigInteger.valueOf(1000))).isEqualTo("1.00 k");
        assertThat(Quantities.si(BigInteger.TEN.pow(34))).isEqualTo("10000.00 Q");
    }
}
