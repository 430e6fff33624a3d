package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an administrator does with {@code nvme-cli}. */
@Tag("guest")
class AdministrationGuestTest {
    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    /** Base 2.1, figure 403: what this controller has of it. */
    private static final Set<String> FEATURES =
            Set.of("1", "2", "4", "5", "7", "8", "9", "10", "11", "14", "15", "22", "25", "129");

    @Test
    void identifyLogsAndFeaturesAreAsNvmeCliExpectsThem() {
        // nvme-cli tries whether it is a controller on a fabric, and the script asks for features that there are not.
        NvmeServer server = bench.serve("--ram", "64M").provoked("GuestMistakes");
        Boot boot = bench.boot(GuestSetup.script("""
                        nvme id-ctrl /dev/nvme0 >$OUT/id-ctrl
                        nvme id-ctrl -H /dev/nvme0 >/dev/null
                        nvme id-ns /dev/nvme0n1 >$OUT/id-ns
                        nvme id-ns -H /dev/nvme0n1 >/dev/null
                        nvme ns-descs /dev/nvme0n1 >$OUT/ns-descs
                        nvme list-ns /dev/nvme0 >$OUT/list-ns
                        nvme list-ctrl /dev/nvme0 >$OUT/list-ctrl
                        nvme list-subsys >$OUT/list-subsys
                        nvme smart-log /dev/nvme0 >$OUT/smart-log
                        nvme fw-log /dev/nvme0 >$OUT/fw-log
                        nvme effects-log /dev/nvme0 >$OUT/effects-log
                        nvme supported-log-pages /dev/nvme0 >$OUT/supported-log-pages
                        nvme show-regs /dev/nvme0 >$OUT/show-regs || true
                        : >$OUT/features
                        for id in $(seq 1 31) 120 $(seq 128 133) 192; do
                            if nvme get-feature /dev/nvme0 -n 1 -f $id >/tmp/answer 2>&1; then
                                echo $id >>$OUT/features
                                nvme get-feature /dev/nvme0 -n 1 -f $id -H >/dev/null
                                for select in 1 2 3; do nvme get-feature /dev/nvme0 -n 1 -f $id -s $select >/dev/null; done
                            else
                                grep -q 'Invalid Field in Command' /tmp/answer
                            fi
                        done
                        nvme error-log /dev/nvme0 >$OUT/error-log
                        grep -c 'nvme0q[1-9]' /proc/interrupts >$OUT/queues
                        """).processors(4).disk(server.socket()))
                .end();
        assertThat(boot.text("queues")).isEqualTo("4");
        assertThat(boot.kernelLog().says("nvme nvme0: 4/0/0 default/read/poll queues"))
                .isTrue();
        assertThat(boot.text("id-ctrl")).contains("vfio-user for Java NVMe");
        assertThat(boot.text("id-ns")).containsPattern("nsze +: 0x20000");
        assertThat(boot.text("ns-descs")).contains("uuid", "nguid", "eui64");
        assertThat(boot.text("list-ns")).isEqualTo("[   0]:0x1");
        assertThat(boot.text("list-subsys")).contains("nqn.2026-11.io.vfiouser", "+- nvme0 pcie", "live");
        assertThat(boot.text("smart-log")).containsPattern("critical_warning\\s+: 0");
        assertThat(boot.text("fw-log")).containsPattern("afi +: 0x1");
        assertThat(boot.text("error-log")).contains("Invalid Field in Command");
        assertThat(boot.text("features").lines().collect(Collectors.toSet())).isEqualTo(FEATURES);
    }

    @Test
    void namespacesComeGoAndChangeTheirFormatWhileTheGuestRuns() {
        NvmeServer server = bench.serve("--ram", "16M", "--pool-ram", "64M");
        Boot boot = bench.boot(GuestSetup.script("""
                        size_is() { [ "$(cat /sys/block/$1/queue/logical_block_size)" = $2 ]; }
                        cntlid=$(nvme id-ctrl /dev/nvme0 | awk '$1 == "cntlid" { print $3 }')

                        nvme create-ns /dev/nvme0 --nsze=65536 --ncap=65536 --flbas=0
                        nvme attach-ns /dev/nvme0 -n 2 -c $cntlid
                        await 20 test -b /dev/nvme0n2
                        nvme ns-rescan /dev/nvme0
                        dd if=/dev/urandom of=/tmp/random bs=1M count=4 2>/dev/null
                        dd if=/tmp/random of=/dev/nvme0n2 bs=1M conv=fsync 2>/dev/null

                        nvme detach-ns /dev/nvme0 -n 2 -c $cntlid
                        await 20 gone /dev/nvme0n2
                        nvme ns-rescan /dev/nvme0
                        gone /dev/nvme0n2
                        nvme attach-ns /dev/nvme0 -n 2 -c $cntlid
                        nvme ns-rescan /dev/nvme0
                        await 20 test -b /dev/nvme0n2
                        dd if=/dev/nvme0n2 bs=1M count=4 2>/dev/null | cmp - /tmp/random

                        nvme format /dev/nvme0n2 --lbaf=1 --force
                        await 20 size_is nvme0n2 4096
                        dd if=/dev/nvme0n2 bs=1M count=4 2>/dev/null | cmp -n 4194304 - /dev/zero
                        dd if=/tmp/random of=/dev/nvme0n2 bs=1M oflag=direct 2>/dev/null
                        dd if=/dev/nvme0n2 bs=1M count=4 iflag=direct 2>/dev/null | cmp - /tmp/random
                        nvme format /dev/nvme0n2 --lbaf=0 --force
                        await 20 size_is nvme0n2 512

                        nvme delete-ns /dev/nvme0 -n 2
                        await 20 gone /dev/nvme0n2
                        nvme list-ns /dev/nvme0 --all >$OUT/left
                        """).disk(server.socket())).end();
        assertThat(boot.text("left")).isEqualTo("[   0]:0x1");
    }

    @Test
    void theControllerComesBackAfterEveryKindOfReset() {
        NvmeServer server = bench.serve("--ram", "16M");
        bench.boot(GuestSetup.script("""
                        device=$(basename $(readlink -f /sys/class/nvme/nvme0/device))
                        pci=/sys/bus/pci/devices/$device
                        dd if=/dev/urandom of=/tmp/random bs=1M count=4 2>/dev/null
                        dd if=/tmp/random of=/dev/nvme0n1 bs=1M oflag=direct 2>/dev/null
                        works() {
                            await 20 test -b /dev/nvme0n1
                            dd if=/dev/nvme0n1 bs=1M count=4 iflag=direct 2>/dev/null | cmp - /tmp/random
                        }

                        nvme reset /dev/nvme0
                        works
                        echo flr >$pci/reset_method
                        echo 1 >$pci/reset
                        works
                        echo $device >/sys/bus/pci/drivers/nvme/unbind
                        await 20 gone /dev/nvme0n1
                        echo $device >/sys/bus/pci/drivers/nvme/bind
                        works
                        echo 1 >$pci/remove
                        await 20 gone /dev/nvme0n1
                        echo 1 >/sys/bus/pci/rescan
                        works
                        """)
                        .processors(1)
                        .provokes("nvme nvme0: resetting controller")
                        .disk(server.socket()))
                .end();
    }
}
