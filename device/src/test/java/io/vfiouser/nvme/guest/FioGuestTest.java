package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fio} writes, reads back and compares: small and large, shallow and deep, by every way that programs do I/O. */
@Tag("guest")
class FioGuestTest {
    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--block-size 512 --doorbells mapped --poll busy",
                "--block-size 4096 --doorbells mapped --poll adaptive",
                "--block-size 4096 --doorbells trapped --poll adaptive",
                "--block-size 512 --doorbells trapped --poll event",
                "--block-size 4096 --doorbells trapped --poll event --no-shadow-doorbells"
            })
    void whatWasWrittenIsReadBack(String options) {
        NvmeServer server = bench.serve(("--ram 192M " + options).split(" ", -1));
        bench.boot(GuestSetup.script("""
                        verify() {
                            job=$1 file=$2
                            shift 2
                            fio --name=$job --filename=$file --direct=1 --verify=crc32c --do_verify=1 --verify_fatal=1 \\
                                --output=$OUT/$job "$@"
                        }
                        block=$(cat /sys/block/nvme0n1/queue/logical_block_size)
                        verify small /dev/nvme0n1 --ioengine=libaio --iodepth=64 --rw=randwrite --bs=$block --size=2M
                        verify mixed /dev/nvme0n1 --ioengine=io_uring --iodepth=16 --rw=randwrite \\
                            --bsrange=$block-256k --size=48M --numjobs=2 --offset_increment=64M
                        verify large /dev/nvme0n1 --ioengine=libaio --iodepth=8 --rw=write --bs=1M --size=48M
                        verify single /dev/nvme0n1 --ioengine=psync --rw=randwrite --bs=16k --size=4M
                        verify vectors /dev/nvme0n1 --ioengine=pvsync2 --rw=write --bs=128k --size=16M
                        verify passed /dev/ng0n1 --ioengine=io_uring_cmd --cmd_type=nvme --iodepth=32 \\
                            --direct=0 --rw=randwrite --bs=8k --size=8M
                        verify buffered /dev/nvme0n1 --ioengine=libaio --direct=0 --end_fsync=1 --rw=randrw --bs=4k --size=4M
                        """).withFio().disk(server.socket())).end();
    }

    /** Queues whose completions nobody interrupts for. */
    @Test
    void whatWasWrittenThroughPolledQueuesIsReadBack() {
        NvmeServer server = bench.serve("--ram", "64M");
        Boot boot = bench.boot(GuestSetup.script("""
                        fio --name=polled --filename=/dev/nvme0n1 --direct=1 --ioengine=io_uring --hipri --iodepth=8 \\
                            --rw=randwrite --bs=4k --size=8M --verify=crc32c --do_verify=1 --verify_fatal=1
                        """)
                        .kernelOptions("nvme.poll_queues=2 nvme.write_queues=1")
                        .processors(4)
                        .withFio()
                        .disk(server.socket()))
                .end();
        assertThat(boot.kernelLog().says("nvme nvme0: 1/\\d/2 default/read/poll queues"))
                .isTrue();
    }
}
