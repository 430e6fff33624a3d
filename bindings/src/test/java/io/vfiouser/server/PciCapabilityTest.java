package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The encoders agree with the bytes a C program printed from libvfio-user's own structures. */
class PciCapabilityTest {
    private static final Map<String, String> BYTES = new TreeMap<>();

    @BeforeAll
    static void runTheCProgram() throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("vfiouser.test.native.dir"), "capbytes");
        Process process = new ProcessBuilder(program.toString()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).isZero();
        output.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.indexOf(' ');
            BYTES.put(line.substring(0, space), line.substring(space + 1));
        });
    }

    @Test
    void everyFieldOfEveryCapabilityIsWhereTheCStructureHasIt() {
        int checked = checkFields("pm", PowerManagementCapability.FIELDS)
                + checkFields("msi", MsiCapability.FIELDS)
                + checkFields("msix", MsiXCapability.FIELDS)
                + checkFields("exp", PciExpressField.ALL)
                + checkFields(
                        "ext",
                        List.of(
                                CapabilityHeader.EXTENDED_ID,
                                CapabilityHeader.EXTENDED_VERSION,
                                CapabilityHeader.EXTENDED_NEXT))
                + checkFields("extvsc", ExtendedVendorCapability.FIELDS)
                + checkFields("dsn", DeviceSerialNumberCapability.FIELDS);
        assertThat(checked).isGreaterThan(100);
    }

    @Test
    void everyFieldTheProgramPrintsIsKnown() {
        Map<String, List<CapabilityField>> fields = Map.of(
                "pm", PowerManagementCapability.FIELDS,
                "msi", MsiCapability.FIELDS,
                "msix", MsiXCapability.FIELDS,
                "exp", PciExpressField.ALL);
        for (String name : BYTES.keySet()) {
            String[] parts = name.split("\\.", 2);
            boolean combination = List.of("zero", "nvme", "mixed", "vectors32").contains(parts[1]);
            if (fields.containsKey(parts[0]) && !combination) {
                assertThat(fields.get(parts[0]))
                        .as(name)
                        .anyMatch(field -> field.name().equals(parts[1]));
            }
        }
    }

    @Test
    void capabilitiesEncodeToTheBytesOfTheCProgram() {
        assertThat(PciCapability.powerManagement().toHex()).isEqualTo(BYTES.get("pm.nvme"));
        assertThat(PciCapability.msi(32).toHex()).isEqualTo(BYTES.get("msi.vectors32"));
        assertThat(PciCapability.msiX(32, RegionIndex.BAR4, 0, RegionIndex.BAR5, 0)
                        .toHex())
                .isEqualTo(BYTES.get("msix.nvme"));
        assertThat(PciCapability.express().toHex()).isEqualTo(BYTES.get("exp.nvme"));
        assertThat(PciCapability.serialNumber(0x0123456789abcdefL).toHex()).isEqualTo(BYTES.get("dsn.nvme"));
        assertThat(PciCapability.vendor().toHex()).isEqualTo(BYTES.get("vsc.empty"));
        assertThat(PciCapability.extendedVendor(0, 0).toHex()).isEqualTo(BYTES.get("extvsc.empty"));
    }

    @Test
    void mixedSettingsEncodeToTheBytesOfTheCProgram() {
        byte[] pm = PowerManagementCapability.builder()
                .version(2)
                .deviceSpecificInitialization(true)
                .auxiliaryCurrent(5)
                .d2(true)
                .pmeSupport(0x15)
                .build()
                .encode();
        CapabilityHeader.NEXT.put(pm, 0x48);
        PowerManagementCapability.POWER_STATE.put(pm, 3);
        PowerManagementCapability.PME_ENABLE.put(pm, true);
        PowerManagementCapability.DATA_SELECT.put(pm, 9);
        PowerManagementCapability.DATA_SCALE.put(pm, 2);
        PowerManagementCapability.BRIDGE_EXTENSIONS.put(pm, 0x40);
        PowerManagementCapability.DATA.put(pm, 0xa5);
        assertThat(HexFormat.of().formatHex(pm)).isEqualTo(BYTES.get("pm.mixed"));

        byte[] msix = new MsiXCapability(2048, RegionIndex.BAR2, 0x12340, RegionIndex.BAR3, 0xfffffff8L).encode();
        CapabilityHeader.NEXT.put(msix, 0x90);
        MsiXCapability.FUNCTION_MASK.put(msix, true);
        MsiXCapability.ENABLE.put(msix, true);
        assertThat(HexFormat.of().formatHex(msix)).isEqualTo(BYTES.get("msix.mixed"));

        byte[] vendor = PciCapability.vendor(payload()).encode();
        CapabilityHeader.NEXT.put(vendor, 0xd4);
        assertThat(HexFormat.of().formatHex(vendor)).isEqualTo(BYTES.get("vsc.payload"));

        byte[] extended = PciCapability.extendedVendor(0xcafe, 0xa, payload()).encode();
        CapabilityHeader.EXTENDED_NEXT.put(extended, 0x140);
        assertThat(HexFormat.of().formatHex(extended)).isEqualTo(BYTES.get("extvsc.payload"));
    }

    @Test
    void valuesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> PciCapability.msi(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PciCapability.msiX(0, RegionIndex.BAR0, 0, RegionIndex.BAR0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PciCapability.msiX(1, RegionIndex.BAR0, 4, RegionIndex.BAR0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PciCapability.msiX(1, RegionIndex.CONFIG, 0, RegionIndex.BAR0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        PowerManagementCapability.builder().version(8).build().encode())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pc.vs");
        assertThatThrownBy(() -> PciCapability.vendor(new byte[253])).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] payload() {
        return HexFormat.of().parseHex("deadbeef55");
    }

    /** Sets each field alone to all ones and compares; fields the program of this level leaves out are skipped. */
    private static int checkFields(String capability, List<CapabilityField> fields) {
        int checked = 0;
        for (CapabilityField field : fields) {
            String expected = BYTES.get(capability + "." + field.name());
            if (expected != null) {
                byte[] bytes = new byte[expected.length() / 2];
                field.put(bytes, field.maximum());
                assertThat(HexFormat.of().formatHex(bytes))
                        .as(capability + "." + field.name())
                        .isEqualTo(expected);
                assertThat(field.get(bytes)).isEqualTo(field.maximum());
                checked++;
            }
        }
        return checked;
    }
}
