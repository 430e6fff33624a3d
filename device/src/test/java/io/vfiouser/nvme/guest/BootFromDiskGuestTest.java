package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.guest.GuestSetup.Firmware;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A disk with everything on it: a guest installs boot loader, kernel and root file system, and the next one is started with nothing but the
 * disk. Firmware and boot loader read it through I/O queues of the firmware's own driver, which knows no interrupts and no shadow doorbells.
 */
@Tag("guest")
class BootFromDiskGuestTest {
    private static final long IMAGE_BYTES = 96L << 20;

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void whatOneGuestInstalledTheNextOneBootsFrom() {
        Path image = bench.image("disk.img", IMAGE_BYTES);
        install(image);
        for (String[] mode : new String[][] {{"mapped", "adaptive"}, {"trapped", "event"}}) {
            NvmeServer server = bench.serve("--file", image.toString(), "--doorbells", mode[0], "--poll", mode[1]);
            Boot boot = bench.boot(GuestSetup.fromDisk().disk(server.socket())).end();
            server.terminate();
            assertThat(boot.text("root")).isEqualTo("nvme0n1p1");
            assertThat(boot.text("command-line"))
                    .contains("root=/dev/nvme0n1p1")
                    .doesNotContain("initrd");
        }
    }

    private void install(Path image) {
        NvmeServer server = bench.serve("--file", image.toString());
        bench.boot(GuestSetup.script("""
                        # One partition from 1 MiB on; the boot loader goes before it, where its first sector looks for the rest.
                        printf 'n\\np\\n1\\n2048\\n\\na\\n1\\nw\\n' | fdisk -u /dev/nvme0n1 >/dev/null
                        await 20 test -b /dev/nvme0n1p1
                        dd if=boot.img of=/dev/nvme0n1 bs=440 count=1 conv=notrunc 2>/dev/null
                        dd if=core.img of=/dev/nvme0n1 bs=512 seek=1 conv=notrunc 2>/dev/null
                        mkfs.ext4 -q -O ^metadata_csum_seed /dev/nvme0n1p1
                        mount /dev/nvme0n1p1 /mnt
                        cp -a /bin /sbin /lib /lib64 /etc /init /functions /mnt/
                        mkdir -p /mnt/dev /mnt/proc /mnt/sys /mnt/tmp /mnt/mnt /mnt/boot /mnt/test
                        cp vmlinuz /mnt/boot/
                        cp installed /mnt/test/script
                        umount /mnt
                        """)
                        .file("boot.img", bench.kit().boot("boot.img"))
                        .file("core.img", bench.kit().boot("core.img"))
                        .file("vmlinuz", bench.kit().kernel())
                        .file("installed", """
                                device=$(awk '$5 == "/" { print $3 }' /proc/self/mountinfo)
                                basename $(readlink /sys/dev/block/$device) >$OUT/root
                                cat /proc/cmdline >$OUT/command-line
                                sha256sum /boot/vmlinuz
                                mount -o remount,ro / || true
                                """.getBytes(StandardCharsets.UTF_8))
                        .firmware(Firmware.SEABIOS)
                        .disk(server.socket()))
                .end();
        server.terminate();
    }
}
