package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.FaultInjectingBlockDevice;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compare, on namespace 1 in RAM, namespace 2 slow and out of order, namespace 3 recording. Blocks of 512 bytes. */
class CompareCommandTest {
    private static final int BLOCK = 512;
    private static final int MDTS_BLOCKS = (1 << 20) / BLOCK;

    private final HeldBlockDevice recorder = new HeldBlockDevice(MDTS_BLOCKS).releaseAll();
    private final InMemoryGuest guest = InMemoryGuest.mapped(
            RamBlockDevice.ofSize(4 << 20),
            new FaultInjectingBlockDevice(RamBlockDevice.ofSize(4 << 20), 1).delays(3),
            recorder);
    private final NvmeHost host = new NvmeHost(guest);
    private HostQueue queue;

    @BeforeEach
    void enable() {
        host.enable();
        queue = host.createQueues(1, 256);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private HostCompletion compare(int nsid, long lba, int blocks, int flags, long prp1, long prp2) {
        return queue.execute((sq, at, cid) -> IoCommand.compare(sq, at, cid, nsid, lba, blocks, flags, prp1, prp2));
    }

    /** A PRP list for a megabyte that starts at {@code data}. */
    private long list(long data) {
        long list = host.allocate(1);
        for (int i = 1; i < 256; i++) {
            LittleEndian.putU64(host.memory(), host.at(list) + (i - 1) * 8L, data + i * 4096L);
        }
        return list;
    }

    @Test
    void aWholeTransferIsComparedAndTheFirstBlockThatDiffersIsNamed() {
        long data = host.allocate(256);
        for (long i = 0; i < 1 << 20; i += 8) {
            LittleEndian.putU64(host.memory(), host.at(data) + i, i * 0x9E37_79B9_7F4A_7C15L);
        }
        long list = list(data);
        for (int nsid = 1; nsid <= 2; nsid++) {
            int namespace = nsid;
            queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, namespace, 3, MDTS_BLOCKS, 0, data, list))
                    .orThrow();
            guest.dirtyPages().clear();
            compare(nsid, 3, MDTS_BLOCKS, IoCommand.FUA | IoCommand.LIMITED_RETRY, data, list)
                    .orThrow();
            assertThat(guest.dirtyPages().get((int) (host.at(data) / 4096)))
                    .as("a Compare writes nothing")
                    .isFalse();
            for (int different : new int[] {0, BLOCK * 127 + 511, 1 << 16, (1 << 20) - 1}) {
                flip(data + different);
                assertThat(compare(nsid, 3, MDTS_BLOCKS, 0, data, list).status())
                        .isEqualTo(StatusCode.COMPARE_FAILURE);
                flip(data + different);
                ErrorLogEntry entry = ErrorLogs.newest(host);
                assertThat(entry.lba()).isEqualTo(3 + different / BLOCK);
                assertThat(entry.parameterErrorLocation()).isEqualTo(ErrorLogEntry.NO_LOCATION);
                assertThat(entry.namespaceId()).isEqualTo(nsid);
            }
        }
    }

    private void flip(long iova) {
        long at = host.at(iova);
        host.memory().set(ValueLayout.JAVA_BYTE, at, (byte) ~host.memory().get(ValueLayout.JAVA_BYTE, at));
    }

    @Test
    void invalidComparesAreRefusedBeforeAnythingIsRead() {
        long buffer = host.allocate(1);
        assertThat(compare(3, MDTS_BLOCKS, 1, 0, buffer, 0).status()).isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW10, 0));
        assertThat(compare(3, 0, MDTS_BLOCKS + 1, 0, buffer, 0).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW12, 0));
        assertThat(compare(3, 0, 1, 0, buffer + 2, 0).status()).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.DPTR, 0));
        assertThat(compare(3, 0, 1, 0, 0, 0).status()).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(recorder.seen()).isEmpty();
    }

    @Test
    void forceUnitAccessFlushesWhatIsCachedFirst() {
        compare(3, 0, 8, IoCommand.FUA, host.allocate(1), 0).orThrow();
        assertThat(recorder.seen())
                .extracting(HeldBlockDevice.Seen::operation)
                .containsExactly(Operation.FLUSH, Operation.READ);
    }

    @Test
    void moreComparesThanThereIsMemoryForWaitForOneAnother() {
        long data = host.allocate(1);
        host.slice(data, 4096).fill((byte) 7);
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 0, 8, 0, data, 0))
                .orThrow();
        int many = 10 * Comparisons.LIMIT;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < many; i++) {
                int ignored = queue.put((sq, at, cid) -> IoCommand.compare(sq, at, cid, 2, 0, 8, 0, data, 0));
            }
            queue.ring();
            queue.reap(many).forEach(HostCompletion::orThrow);
        }
    }

    @Test
    void comparesInABackEndAreReadsForTheHealthLog() {
        QueuePoller poller = guest.controller().pollers().getFirst();
        long before = poller.counters().readBytes();
        long commands = poller.counters().readCommands();
        compare(3, 0, 8, 0, host.allocate(1), 0).orThrow();
        queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 3, 0, 8, 0))
                .orThrow();
        assertThat(poller.counters().readBytes() - before).isEqualTo(2 * 8 * BLOCK);
        assertThat(poller.counters().readCommands() - commands)
                .as("a Verify is no read command")
                .isOne();
    }
}
