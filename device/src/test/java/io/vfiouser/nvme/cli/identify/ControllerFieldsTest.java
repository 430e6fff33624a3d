package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Bytes at the offsets of Base 2.1, section 5.1.13.2.1, and the lines that {@code nvme id-ctrl -H} has for them. */
class ControllerFieldsTest {

    private final MemorySegment structure = MemorySegment.ofArray(new byte[4096]);

    private Listing listing() {
        return Listings.controller(structure, 0x0020_0000_0F00_03FFL, 0x0002_0100, true);
    }

    private List<String> lines() {
        return listing().lines();
    }

    private void bytes(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, structure, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    private void hex(long offset, String digits) {
        bytes(offset, HexFormat.of().parseHex(digits));
    }

    @Test
    void identityStandsFirstInTheFormatsOfNvmeCli() {
        hex(0, "361bf41a");
        bytes(4, "serial              ".getBytes(StandardCharsets.US_ASCII));
        bytes(24, "a model".getBytes(StandardCharsets.US_ASCII));
        bytes(64, "1.0     ".getBytes(StandardCharsets.US_ASCII));
        LittleEndian.putU8(structure, 72, 6);
        hex(73, "005452");
        LittleEndian.putU8(structure, 76, 0b1010);
        LittleEndian.putU8(structure, 77, 9);
        LittleEndian.putU16(structure, 78, 0xFFF0);
        LittleEndian.putU32(structure, 80, 0x20100);
        LittleEndian.putU32(structure, 84, 0);
        LittleEndian.putU32(structure, 88, 0x7A1200);

        assertThat(lines())
                .startsWith(
                        "NVME Identify Controller:",
                        "vid       : 0x1b36",
                        "ssvid     : 0x1af4",
                        "sn        : serial",
                        "mn        : a model",
                        "fr        : 1.0",
                        "rab       : 6",
                        "ieee      : 525400",
                        "cmic      : 0xa",
                        "  [3:3] : 0x1\tANA supported",
                        "  [2:2] : 0\tPCI",
                        "  [1:1] : 0x1\tMulti Controller",
                        "  [0:0] : 0\tSingle Port",
                        "",
                        "mdts      : 9",
                        "cntlid    : 0xfff0",
                        "ver       : 0x20100",
                        "rtd3r     : 0",
                        "rtd3e     : 0x7a1200",
                        "oaes      : 0");
    }

    @Test
    void bitsThatNoMeaningIsKnownOfAreReserved() {
        LittleEndian.putU16(structure, 256, 0xF10A);

        assertThat(lines())
                .containsSubsequence(
                        "oacs      : 0xf10a",
                        "  [15:12] : 0xf\tReserved",
                        "  [11:11] : 0\tHost Managed Live Migration Not Supported",
                        "  [10:10] : 0\tLockdown Command and Feature Not Supported",
                        "  [9:9] : 0\tGet LBA Status Capability Not Supported",
                        "  [8:8] : 0x1\tDoorbell Buffer Config Supported",
                        "  [7:7] : 0\tVirtualization Management Not Supported",
                        "  [3:3] : 0x1\tNS Management and Attachment Supported",
                        "  [1:1] : 0x1\tFormat NVM Supported",
                        "  [0:0] : 0\tSecurity Send and Receive Not Supported",
                        "");
    }

    @Test
    void temperaturesCapacitiesAndZeroBasedNumbersAreExplained() {
        LittleEndian.putU8(structure, 262, 63);
        LittleEndian.putU16(structure, 266, 343);
        hex(280, "ff".repeat(16));

        assertThat(lines())
                .containsSequence("elpe      : 63", "  [7:0] : 63 (0's based)\tError Log Page Entries (ELPE)", "")
                .containsSequence(
                        "wctemp    : 343",
                        "  [15:0] : 70 °C (343 K)\tWarning Composite Temperature Threshold (WCTEMP)",
                        "",
                        "cctemp    : 0",
                        "  [15:0] : -273 °C (0 K)\tCritical Composite Temperature Threshold (CCTEMP)",
                        "")
                .containsSequence(
                        "mntmt     : 0",
                        "  [15:0] : -273 °C (0 K)\tMinimum Thermal Management Temperature (MNTMT)",
                        "",
                        "mxtmt     : 0",
                        "  [15:0] : -273 °C (0 K)\tMaximum Thermal Management Temperature (MXTMT)",
                        "")
                .containsSequence(
                        "tnvmcap   : 340282366920938463463374607431768211455",
                        "  [127:0] : 340282366920938463463374607431768211455",
                        "\tTotal NVM Capacity (TNVMCAP)",
                        "");
        assertThat(listing().asMap())
                .contains(entry("tnvmcap", new BigInteger("340282366920938463463374607431768211455")));
    }

    @Test
    void entrySizesCachesAndGuidHaveTheirOwnWords() {
        hex(112, "00112233445566778899aabbccddeeff");
        LittleEndian.putU8(structure, 512, 0x66);
        LittleEndian.putU8(structure, 525, 0b111);

        assertThat(lines())
                .contains("fguid     : 00112233-4455-6677-8899-aabbccddeeff")
                .containsSequence(
                        "sqes      : 0x66",
                        "  [7:4] : 0x6\tMax SQ Entry Size (64)",
                        "  [3:0] : 0x6\tMin SQ Entry Size (64)",
                        "")
                .containsSequence(
                        "vwc       : 0x7",
                        "  [2:1] : 0x3\tThe Flush command supports NSID set to FFFFFFFFh",
                        "  [0:0] : 0x1\tVolatile Write Cache Present",
                        "");
    }

    @Test
    void whatSglsCanDoIsShownOnlyWhereThereAreSomeOrABitSaysSo() {
        assertThat(lines())
                .containsSequence(
                        "sgls      : 0",
                        "  [15:8] : 0\tSGL Descriptor Threshold",
                        "  [1:0] : 0\tScatter-Gather Lists Not Supported",
                        "",
                        "mnan      : 0");

        LittleEndian.putU32(structure, 536, 0x0001_0001);
        assertThat(lines())
                .containsSubsequence(
                        "sgls      : 0x10001",
                        "  [21:21] : 0\tTransport SGL Data Block Descriptor Not Supported",
                        "  [16:16] : 0x1\tSGL Bit-Bucket Supported",
                        "  [1:0] : 0x1\tScatter-Gather Lists Supported. No Dword alignment required.");
    }

    @Test
    void powerStatesAreListedInTheUnitsOfTheirScales() {
        LittleEndian.putU8(structure, 263, 1);
        LittleEndian.putU16(structure, 2048, 2500);
        LittleEndian.putU16(structure, 2080, 12);
        LittleEndian.putU8(structure, 2080 + 3, 0b11);
        LittleEndian.putU32(structure, 2080 + 4, 0xFFFF_FFFF);
        LittleEndian.putU32(structure, 2080 + 8, 7);
        hex(2080 + 12, "01020304" + "0a00" + "8000" + "1900" + "41");
        LittleEndian.putU8(structure, 2080 + 23, 5);
        LittleEndian.putU8(structure, 2080 + 24, 100);
        LittleEndian.putU8(structure, 2080 + 26, 0x06);

        assertThat(lines())
                .containsSequence(
                        "ps      0 : mp:25.00W operational enlat:0 exlat:0 rrt:0 rrl:0",
                        "            rwt:0 rwl:0 idle_power:- active_power:-",
                        "            active_power_workload:-",
                        "            emergency power fail recovery time: -",
                        "            forced quiescence vault time: -",
                        "            emergency power fail vault time: -",
                        "ps      1 : mp:0.0012W non-operational enlat:4294967295 exlat:7 rrt:1 rrl:2",
                        "            rwt:3 rwl:4 idle_power:0.10W active_power:0.0025W",
                        "            active_power_workload:1MiB 32 RW, 30s idle",
                        "            emergency power fail recovery time: 5 (unit: 1 second)",
                        "            forced quiescence vault time: reserved",
                        "            emergency power fail vault time: -");
        assertThat(listing().asMap().get("psds"))
                .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
                .hasSize(2)
                .last()
                .satisfies(state -> assertThat(state.toString())
                        .contains("max_power=12", "max_power_scale=1", "entry_lat=4294967295", "idle_scale=2"));
    }

    @Test
    void moreFieldsThanTheStructureHasRoomForArePassedOver() {
        LittleEndian.putU8(structure, 263, 255);

        assertThat(lines()).filteredOn(line -> line.startsWith("ps ")).hasSize(32);
    }

    @Test
    void textOfTheServerCannotCommandATerminal() {
        bytes(24, "a\u001b[2Jb\\c\u009b\u00fftail\0hidden".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(lines()).contains("mn        : a\\x1b[2Jb\\x5cc\\x9b\\xfftail");
        assertThat(listing().asMap()).contains(entry("mn", "a\\x1b[2Jb\\x5cc\\x9b\\xfftail"));
    }

    @Test
    void registersStandAtTheEnd() {
        assertThat(lines())
                .endsWith(
                        "cap       : 0x2000000f0003ff",
                        "vs        : NVMe 2.1",
                        "mqes      : 1024 entries in the largest queue",
                        "doorbells : mapped");
        assertThat(listing().asMap()).contains(entry("mqes", 1024), entry("doorbells", "mapped"), entry("vs", "2.1"));
    }
}
