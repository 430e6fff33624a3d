package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One namespace, two controllers, two guests. */
@Tag("guest")
class SharedNamespaceGuestTest {
    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void eachOfTwoGuestsReadsWhatTheOtherWroteWhileBothWork() {
        NvmeServer server = bench.serve(2, "--ram", "96M");
        Guest first = bench.boot(guest(0, 32).disk(server.socket(0)));
        Guest second = bench.boot(guest(32, 0).disk(server.socket(1)));
        first.awaitMark("attached");
        second.awaitMark("attached");
        // From here on they write at the same time, each a region of its own.
        first.answer();
        second.answer();
        first.awaitMark("written");
        second.awaitMark("written");
        first.answer();
        second.answer();
        Boot one = first.end();
        Boot other = second.end();
        assertThat(one.text("read")).isEqualTo(other.text("written"));
        assertThat(other.text("read")).isEqualTo(one.text("written"));
        assertThat(one.text("uuid")).isEqualTo(other.text("uuid"));
    }

    private static GuestSetup guest(int ownMib, int otherMib) {
        return GuestSetup.script("""
                        cat /sys/block/nvme0n1/uuid >$OUT/uuid
                        dd if=/dev/urandom of=/tmp/random bs=1M count=16 2>/dev/null
                        await_host attached
                        for round in 1 2 3; do
                            dd if=/tmp/random of=/dev/nvme0n1 bs=64k seek=$((%1$d * 16)) oflag=direct 2>/dev/null
                            dd if=/dev/nvme0n1 bs=64k skip=$((%1$d * 16)) count=256 iflag=direct 2>/dev/null |
                                cmp - /tmp/random
                        done
                        sha256sum </tmp/random >$OUT/written
                        await_host written
                        dd if=/dev/nvme0n1 bs=64k skip=$((%2$d * 16)) count=256 iflag=direct 2>/dev/null |
                            sha256sum >$OUT/read
                        """.formatted(ownMib, otherMib)).memoryMib(256);
    }
}
