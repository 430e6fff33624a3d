package io.vfiouser.nvme.driver.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LbaFormat;
import io.vfiouser.nvme.spec.LittleEndian;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlushJournalTest {

    private static final int RECORD_BYTES = 16;

    @TempDir
    private Path folder;

    @Test
    void theHighestGenerationOfEachUnitIsFoundAgain() {
        Path file = folder.resolve("journal");
        try (FlushJournal journal = FlushJournal.create(file, 42, namespace(), 8, 100)) {
            journal.append(new long[] {3, 99, 0}, new int[] {1, 7, 2}, 3);
            journal.append(new long[] {3, 5}, new int[] {4, 9}, 1);
        }
        FlushedUnits read = FlushJournal.read(file);
        assertThat(read.run()).isEqualTo(42);
        assertThat(read.namespaceId()).isEqualTo(1);
        assertThat(read.unitBytes()).isEqualTo(8 * 512);
        assertThat(read.namespaceBlocks()).isEqualTo(4096);
        assertThat(read.flushedUnits()).isEqualTo(3);
        assertThat(List.of(read.generation(3), read.generation(99), read.generation(0), read.generation(5)))
                .containsExactly(4, 7, 2, 0);
    }

    @Test
    void moreRecordsThanOneBatchAreKept() {
        Path file = folder.resolve("journal");
        int count = 10_000;
        long[] units = new long[count];
        int[] generations = new int[count];
        for (int i = 0; i < count; i++) {
            units[i] = i;
            generations[i] = i + 1;
        }
        try (FlushJournal journal = FlushJournal.create(file, 1, namespace(), 1, count)) {
            journal.append(units, generations, count);
        }
        assertThat(FlushJournal.read(file).flushedUnits()).isEqualTo(count);
    }

    @Test
    void aRecordThatIsCutShortOrDamagedEndsTheJournal() throws IOException {
        Path file = folder.resolve("journal");
        try (FlushJournal journal = FlushJournal.create(file, 1, namespace(), 1, 10)) {
            journal.append(new long[] {1, 2, 3}, new int[] {1, 1, 1}, 3);
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int cut = 1; cut <= RECORD_BYTES; cut++) {
            Files.write(file, Arrays.copyOf(bytes, bytes.length - cut));
            assertThat(FlushJournal.read(file).flushedUnits()).isEqualTo(2);
        }
        bytes[bytes.length - RECORD_BYTES - 4] ^= 1;
        Files.write(file, bytes);
        assertThat(FlushJournal.read(file).flushedUnits()).isEqualTo(1);
    }

    @Test
    void whatIsNoJournalIsRefused() throws IOException {
        Path file = folder.resolve("journal");
        Files.write(file, new byte[200]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlushJournal.read(file))
                .withMessageContaining("no journal");
    }

    private static NamespaceInfo namespace() {
        MemorySegment structure = MemorySegment.ofArray(new long[IdentifyNamespace.LENGTH_BYTES / 8]);
        LittleEndian.putU64(structure, IdentifyNamespace.NSZE, 4096);
        LittleEndian.putU32(
                structure, IdentifyNamespace.LBAF0, LbaFormat.ofBlockBytes(512).wire());
        return new NamespaceInfo(1, new IdentifyNamespace(structure), List.of());
    }
}
