package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of a healthy guest passes, and one with any complaint about a disk does not. */
class KernelLogTest {
    @Test
    void whatAHealthyGuestSaysIsNoFault() {
        KernelLog log = KernelLog.parse("""
                <5>[    0.000000] Linux version 6.1.0-50-cloud-amd64
                <4>[    0.016000] tsc: Unable to calibrate against PIT
                <6>[    1.871619] nvme nvme0: pci function 0000:00:01.0
                <6>[    1.873937] nvme 0000:00:01.0: enabling device (0100 -> 0102)
                <6>[    1.947097] nvme nvme0: 2/0/0 default/read/poll queues
                <6>[    1.957097]  nvme0n1: p1
                <6>[    6.246205] EXT4-fs (nvme0n1): mounted filesystem with ordered data mode. Quota mode: none.
                """);
        assertThat(log.lines()).hasSize(7);
        assertThat(log.faults(List.of())).isEmpty();
        assertThat(log.says("nvme nvme0: 2/0/0 default")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<4>[   36.1] nvme nvme0: I/O 12 (I/O Cmd) QID 2 timeout, aborting",
                "<4>[   36.1] nvme nvme0: I/O 0 QID 0 timeout, disable controller",
                "<4>[   36.1] nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff",
                "<6>[   36.1] nvme nvme0: resetting controller",
                "<6>[   36.1] nvme nvme0: something new",
                "<3>[   36.1] I/O error, dev nvme0n1, sector 2048 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 2",
                "<3>[   36.1] Buffer I/O error on dev nvme0n1, logical block 0, lost async page write",
                "<2>[   36.1] EXT4-fs error (device nvme0n1): ext4_find_entry:1463: inode #2: comm ls",
                "<4>[   36.1] nvme nvme0: Ignoring bogus Namespace Identifiers",
                "<3>[   36.1] irq 11: nobody cared (try booting with the \"irqpoll\" option)",
                "<4>[   36.1] WARNING: CPU: 1 PID: 1 at drivers/nvme/host/pci.c:1000 nvme_irq"
            })
    void aComplaintIsAFaultUnlessTheScenarioProvokesIt(String line) {
        KernelLog log = KernelLog.parse(line);
        assertThat(log.faults(List.of())).hasSize(1);
        assertThat(log.faults(List.of(Pattern.compile("nvme|irq")))).isEmpty();
    }

    @Test
    void filesComeBackFromAnArchiveAsTheyWere() {
        byte[] archive = new NewcArchive()
                .folder("test")
                .file("test/empty", new byte[0])
                .file("test/three", new byte[] {1, 2, 3})
                .finish();
        assertThat(NewcArchive.read(archive)).containsOnlyKeys("test", "test/empty", "test/three");
        assertThat(NewcArchive.read(archive).get("test/three")).containsExactly(1, 2, 3);
    }
}
