package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Bytes at the offsets of NVM Command Set 1.1, section 4.1.5.1, and the lines that {@code nvme id-ns -H} has for them. */
class NamespaceFieldsTest {

    private final MemorySegment structure = MemorySegment.ofArray(new byte[4096]);

    private Listing listing() {
        return Listings.namespace(1, structure, List.of());
    }

    private void hex(long offset, String digits) {
        byte[] bytes = HexFormat.of().parseHex(digits);
        MemorySegment.copy(bytes, 0, structure, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    @Test
    void sizesAndFeaturesStandFirst() {
        LittleEndian.putU64(structure, 0, 0x8000);
        LittleEndian.putU64(structure, 8, -1);
        LittleEndian.putU8(structure, 24, 0b1_0010);

        assertThat(listing().lines())
                .startsWith(
                        "NVME Identify Namespace 1:",
                        "nsze    : 0x8000\tTotal size in logical blocks",
                        "ncap    : 0xffffffffffffffff\tMaximum size in logical blocks",
                        "nuse    : 0\tCurrent size in logical blocks",
                        "nsfeat  : 0x12",
                        "  [7:7] : 0\tNPRG, NPRA and NORS are Not Supported",
                        "  [6:6] : 0\tSingle Atomicity Mode applies to write operations",
                        "  [5:4] : 0x1\tNPWG, NPWA, NPDG, NPDA, and NOWS are Supported",
                        "  [3:3] : 0\tNGUID and EUI64 fields if non-zero, Reused",
                        "  [2:2] : 0\tDeallocated or Unwritten Logical Block error Not Supported",
                        "  [1:1] : 0x1\tNamespace uses NAWUN, NAWUPF, and NACWU",
                        "  [0:0] : 0\tThin Provisioning Not Supported",
                        "",
                        "nlbaf   : 0");
        assertThat(listing().asMap())
                .contains(
                        entry("nsid", 1L),
                        entry("ncap", BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)));
    }

    @Test
    void preferredGranularitiesAreShownOnlyWhereTheyAreValid() {
        LittleEndian.putU16(structure, 64, 7);
        assertThat(listing().asMap()).doesNotContainKeys("npwg", "npwa", "npdg", "npda", "nows");

        LittleEndian.putU8(structure, 24, 0x20);
        assertThat(listing().asMap())
                .containsKeys("npwg", "npwa", "npda", "nows")
                .doesNotContainKey("npdg");
        assertThat(listing().lines()).contains("npwg    : 7");

        LittleEndian.putU8(structure, 24, 0x10);
        assertThat(listing().asMap()).containsKey("npdg");
    }

    @Test
    void identifiersAreHexadecimalInTheOrderOfTheWire() {
        hex(104, "00112233445566778899aabbccddeeff" + "0123456789abcdef");

        assertThat(listing().lines())
                .containsSequence("nguid   : 00112233445566778899aabbccddeeff", "eui64   : 0123456789abcdef");
    }

    @Test
    void lbaFormatsAreListedAndTheOneInUseIsMarked() {
        LittleEndian.putU8(structure, 25, 1);
        LittleEndian.putU8(structure, 82, 1);
        LittleEndian.putU8(structure, 26, 1);
        hex(128, "00000900" + "08000c02" + "0000ff83");

        assertThat(listing().lines())
                .containsSequence(
                        "LBA Format  0 : Metadata Size: 0   bytes - Data Size: 512 bytes - Relative Performance: 0 Best",
                        "LBA Format  1 : Metadata Size: 8   bytes - Data Size: 4096 bytes"
                                + " - Relative Performance: 0x2 Good (in use)",
                        "LBA Format  2 : Metadata Size: 0   bytes - Data Size: "
                                + BigInteger.TWO.pow(255)
                                + " bytes - Relative Performance: 0x3 Degraded Reserved: 0x20",
                        "block_bytes : 4096");
        assertThat(listing().asMap().get("lbafs"))
                .isEqualTo(List.of(
                        Map.of("ms", 0, "ds", 9, "rp", 0, "in_use", false),
                        Map.of("ms", 8, "ds", 12, "rp", 2, "in_use", true),
                        Map.of("ms", 0, "ds", 255, "rp", 3, "in_use", false)));
    }

    @Test
    void moreFormatsThanTheStructureHasRoomForArePassedOver() {
        LittleEndian.putU8(structure, 25, 255);
        LittleEndian.putU8(structure, 82, 255);

        assertThat(listing().lines())
                .filteredOn(line -> line.startsWith("LBA Format"))
                .hasSize(64);
    }

    @Test
    void formatProgressThatIsNotSupportedIsShownIfItIsThere() {
        assertThat(listing().lines())
                .containsSequence("fpi     : 0", "  [7:7] : 0\tFormat Progress Indicator Not Supported", "");

        LittleEndian.putU8(structure, 32, 0x8C);
        assertThat(listing().lines())
                .containsSequence(
                        "fpi     : 0x8c",
                        "  [7:7] : 0x1\tFormat Progress Indicator Supported",
                        "  [6:0] : 0xc\tFormat Progress Indicator (Remaining 12%)",
                        "");
    }

    @Test
    void theUuidOfTheDescriptorsFollowsAndTheNamespaceIdIsUnsigned() {
        UUID uuid = new UUID(0x0102030405060708L, 0xF0E0D0C0B0A09080L);
        List<NamespaceDescriptor> descriptors = List.of(
                NamespaceDescriptor.of(NamespaceDescriptor.TYPE_UUID, new byte[3]), NamespaceDescriptor.uuid(uuid));

        Listing listing = Listings.namespace(-2, structure, descriptors);

        assertThat(listing.heading()).isEqualTo("NVME Identify Namespace 4294967294:");
        assertThat(listing.lines()).endsWith("uuid    : " + uuid);
        assertThat(listing.asMap()).contains(entry("uuid", uuid.toString()), entry("nsid", 4294967294L));
    }
}
