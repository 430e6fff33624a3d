package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The server goes while a guest works. QEMU does not connect again, so the disk is lost to the guest: its driver says so, programs get I/O
 * errors instead of waiting for ever, and everything else of the guest goes on.
 */
@Tag("guest")
class ServerEndGuestTest {
    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theGuestLosesTheDiskAndNothingElse(boolean killed) {
        NvmeServer server = bench.serve("--ram", "32M");
        Guest guest = bench.boot(GuestSetup.script("""
                        dd if=/dev/zero of=/dev/nvme0n1 bs=64k count=64 oflag=direct 2>/dev/null
                        (
                            while dd if=/dev/zero of=/dev/nvme0n1 bs=64k count=256 oflag=direct 2>/dev/null; do :; done
                            echo failed >$OUT/writer
                        ) &
                        await_host working
                        wait
                        await 60 gone /dev/nvme0n1
                        echo alive >$OUT/guest
                        """)
                .kernelOptions("nvme_core.io_timeout=3 nvme_core.admin_timeout=3")
                .disk(server.socket())
                .provokes("nvme|I/O error|Buffer I/O"));
        guest.awaitMark("working");
        if (killed) {
            server.kill();
        } else {
            server.terminate();
        }
        guest.answer();
        Boot boot = guest.end();
        assertThat(boot.text("writer")).isEqualTo("failed");
        assertThat(boot.text("guest")).isEqualTo("alive");
    }
}
