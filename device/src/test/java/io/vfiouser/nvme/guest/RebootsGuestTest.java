package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A machine that is reset keeps the connection, and finds the controller as after power-on. */
@Tag("guest")
class RebootsGuestTest {
    private static final int REBOOTS = 20;

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void aGuestRebootsTwentyTimesInARowAndCountsThemOnTheDisk() {
        NvmeServer server = bench.serve("--ram", "16M");
        List<Boot> boots = bench.boot(GuestSetup.script("""
                        dd if=/dev/nvme0n1 of=/tmp/block bs=4096 count=1 iflag=direct 2>/dev/null
                        count=$(tr -d '\\0' </tmp/block)
                        echo ${count:-0} >$OUT/count
                        echo $((${count:-0} + 1)) >/tmp/next
                        truncate -s 4096 /tmp/next
                        dd if=/tmp/next of=/dev/nvme0n1 bs=4096 count=1 oflag=direct 2>/dev/null
                        [ ${count:-0} = %d ] || touch /tmp/reboot
                        """.formatted(REBOOTS))
                        .processors(1)
                        .boots(REBOOTS + 1)
                        .limit(Duration.ofMinutes(5))
                        .disk(server.socket()))
                .endAll();
        assertThat(boots.getLast().text("count")).isEqualTo(Integer.toString(REBOOTS));
    }
}
