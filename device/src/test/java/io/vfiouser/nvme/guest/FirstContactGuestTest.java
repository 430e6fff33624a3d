package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The least that an unmodified guest has to be able to do with the disk. */
@Tag("guest")
@Tag("guest-smoke")
class FirstContactGuestTest {
    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void theDriverBindsWithAQueuePerProcessorAndFilesHoldOverARemount() {
        NvmeServer server = bench.serve("--ram", "128M");
        Boot boot = bench.boot(GuestSetup.script("""
                        nvme list
                        nvme smart-log /dev/nvme0
                        mkfs.ext4 -q /dev/nvme0n1
                        mount /dev/nvme0n1 /mnt
                        dd if=/dev/urandom of=/mnt/random bs=1M count=24 2>/dev/null
                        cp -a /bin /lib /mnt/
                        (cd /mnt && find . -type f -exec sha256sum {} +) >/tmp/sums
                        umount /mnt
                        echo 3 >/proc/sys/vm/drop_caches
                        fsck.ext4 -fn /dev/nvme0n1
                        mount /dev/nvme0n1 /mnt
                        (cd /mnt && sha256sum -c /tmp/sums) >$OUT/checked
                        umount /mnt
                        grep -c 'nvme0q[1-9]' /proc/interrupts >$OUT/queues
                        """).disk(server.socket())).end();
        assertThat(boot.text("queues")).isEqualTo("2");
        assertThat(boot.kernelLog().says("nvme nvme0: 2/0/0 default/read/poll queues"))
                .isTrue();
        assertThat(boot.text("checked").lines()).hasSizeGreaterThan(10).allMatch(line -> line.endsWith(": OK"));
    }

    @Test
    void fioVerifiesWhatItWroteWhereDoorbellsAreTrappedAndTheServerSleeps() {
        NvmeServer server = bench.serve("--ram", "128M", "--doorbells", "trapped", "--poll", "event");
        bench.boot(GuestSetup.script("""
                        fio --name=all --filename=/dev/nvme0n1 --direct=1 --ioengine=libaio --iodepth=16 --size=32M \\
                            --rw=randwrite --bsrange=512-64k --verify=crc32c --do_verify=1 --verify_fatal=1
                        """).withFio().disk(server.socket())).end();
    }
}
