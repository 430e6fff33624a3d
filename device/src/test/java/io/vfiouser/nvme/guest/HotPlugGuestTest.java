package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.guest.GuestSetup.Firmware;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that comes and goes on a root port while the guest runs. QEMU 11.1 fails an assertion of its own as soon as the guest has let go of
 * any vfio-user device with MSI-X: its table of pending interrupts is taken out of a BAR that has already been taken apart. So for such a QEMU
 * the test shows what there is to see of the device: the guest lets go without complaint, and the server has the disk ready for the next one.
 */
@Tag("guest")
class HotPlugGuestTest {
    private static final String QEMU_FAULT = "memory_region_del_subregion: Assertion";

    private static final String CHECK = """
            await 30 test -b /dev/nvme0n1
            dd if=/dev/nvme0n1 bs=1M count=8 iflag=direct 2>/dev/null | sha256sum >$OUT/read
            """;

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    /** Who tells the guest: ACPI, which is q35's default, or the port itself. */
    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void aDiskIsPluggedUsedUnpluggedAndPluggedAgain(String acpi) {
        NvmeServer server = bench.serve("--ram", "32M");
        String device = GuestSetup.device(server.socket(), ",\"id\":\"disk\",\"bus\":\"rp1\"");
        Guest guest = bench.boot(withRootPort(acpi, """
                        gone /dev/nvme0
                        await_host running
                        await 30 test -b /dev/nvme0n1
                        dd if=/dev/urandom of=/tmp/random bs=1M count=8 2>/dev/null
                        dd if=/tmp/random of=/dev/nvme0n1 bs=1M oflag=direct 2>/dev/null
                        sha256sum </tmp/random >$OUT/written
                        dmesg -r >$OUT/dmesg
                        hand_over
                        await_host written
                        await 30 gone /dev/nvme0n1
                        dmesg -r >$OUT/dmesg
                        hand_over
                        await_host unplugged
                        """ + CHECK));
        guest.awaitMark("running");
        try (Qmp qmp = guest.qmp()) {
            qmp.execute("device_add", device);
            guest.answer();
            guest.awaitMark("written");
            qmp.execute("device_del", "{\"id\":\"disk\"}");
            guest.answer();
            if (qmp.awaitEvent("DEVICE_DELETED")) {
                guest.awaitMark("unplugged");
                qmp.execute("device_add", device);
                guest.answer();
                Boot boot = guest.end();
                assertThat(boot.text("read")).isEqualTo(boot.text("written"));
                return;
            }
        }
        Boot first = guest.failed(QEMU_FAULT);
        server.awaitClients(1);
        Boot second =
                bench.boot(withRootPort(acpi, CHECK).qemu("-device", device)).end();
        assertThat(second.text("read")).isEqualTo(first.text("written"));
    }

    private static GuestSetup withRootPort(String acpi, String script) {
        return GuestSetup.script(script)
                .firmware(Firmware.SEABIOS)
                .qemu("-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=" + acpi)
                .qemu("-device", "pcie-root-port,id=rp1,chassis=1,slot=1");
    }
}
