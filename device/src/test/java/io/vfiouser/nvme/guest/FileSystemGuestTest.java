package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ext4 on a disk that is a file of the host. */
@Tag("guest")
class FileSystemGuestTest {
    private static final long IMAGE_BYTES = 96L << 20;

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void filesAreTheSameAfterARebootAndForTheHost(int blockBytes) throws Exception {
        Path image = bench.image("disk.img", IMAGE_BYTES);
        NvmeServer server = bench.serve("--file", image.toString(), "--block-size", Integer.toString(blockBytes));
        List<Boot> boots = bench.boot(
                        GuestSetup.script("""
                        [ "$(cat /sys/block/nvme0n1/queue/logical_block_size)" = %d ]
                        if ! tune2fs -l /dev/nvme0n1 >/dev/null 2>&1; then
                            mkfs.ext4 -q -E nodiscard /dev/nvme0n1
                            mount /dev/nvme0n1 /mnt
                            cp -a /bin /lib /mnt/
                            dd if=/dev/urandom of=/mnt/random bs=1M count=16 2>/dev/null
                            (cd /mnt && find . -type f -exec sha256sum {} + >/tmp/sums && mv /tmp/sums .)
                            umount /mnt
                            touch /tmp/reboot
                        else
                            fsck.ext4 -fn /dev/nvme0n1
                            mount /dev/nvme0n1 /mnt
                            (cd /mnt && sha256sum -c sums >$OUT/checked)
                            umount /mnt
                        fi
                        """.formatted(blockBytes)).boots(2).disk(server.socket()))
                .endAll();
        assertThat(boots.getLast().text("checked").lines())
                .hasSizeGreaterThan(10)
                .allMatch(line -> line.endsWith(": OK"));
        server.terminate();
        assertThat(exitCode("/sbin/e2fsck", "-fn", image.toString())).isZero();
    }

    private static int exitCode(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
