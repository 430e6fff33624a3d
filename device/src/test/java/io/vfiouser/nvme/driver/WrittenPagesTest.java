package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.os.PageSize;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page that the guest changes is said to be written: one that is not would be lost in a move. */
class WrittenPagesTest {

    private static final int PAGE = 4096;
    private static final int ROUNDS = 6;
    private static final int TRANSFER = 64 << 10;

    private Path folder;
    private NvmeDevice device;

    @BeforeEach
    void serve() throws IOException {
        folder = Files.createTempDirectory("vfu");
        device = NvmeDevice.builder()
                .socket(folder.resolve("s"))
                .namespace(RamBlockDevice.ofSize(16 << 20))
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        device.close();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    /** Notes marks as page numbers. */
    private record Recording(GuestBacking.Movable memory, BitSet marked) implements GuestBacking {

        @Override
        public MemorySegment segment() {
            return memory.segment();
        }

        @Override
        public PageSize pageSize() {
            return memory.pageSize();
        }

        @Override
        public void mapInto(VfioUserClient client) {
            memory.mapInto(client);
        }

        @Override
        public void markWritten(long iova, long lengthBytes) {
            long offset = iova - memory.memory().regions().getFirst().iova();
            synchronized (marked) {
                marked.set((int) (offset / PAGE), (int) ((offset + lengthBytes - 1) / PAGE) + 1);
            }
        }

        @Override
        public GuestMemory movable() {
            return memory.movable();
        }

        @Override
        public void close() {
            memory.close();
        }

        /** Pages that are not as they were, since the marks were cleared. */
        BitSet changed(byte[] before) {
            BitSet changed = new BitSet();
            MemorySegment old = MemorySegment.ofArray(before);
            for (long at = 0; at < before.length; at += PAGE) {
                if (segment().asSlice(at, PAGE).mismatch(old.asSlice(at, PAGE)) >= 0) {
                    changed.set((int) (at / PAGE));
                }
            }
            return changed;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pagesThatChangeAreMarkedOrBelongToTheDevice(boolean shadowDoorbells) {
        DriverOptions options =
                DriverOptions.defaults().withDepth(100).withMemoryBytes(4 << 20).withShadowDoorbells(shadowDoorbells);
        BitSet marked = new BitSet();
        Recording[] made = new Recording[1];
        try (NvmeDriver driver = NvmeDriver.connect(folder.resolve("s"), options, threads -> {
                    GuestBacking.Movable memory =
                            GuestBacking.Movable.create(NvmeDriver.memoryBytes(options), options.iovaBase());
                    made[0] = new Recording(memory, marked);
                    return new HostMemory(made[0], options.iovaBase(), threads);
                });
                DmaBuffer out = driver.allocate(16 * TRANSFER);
                DmaBuffer in = driver.allocate(16 * TRANSFER);
                DmaBuffer lists = driver.allocate(PAGE)) {
            assertThat(driver.shadowDoorbells()).isEqualTo(shadowDoorbells);
            SplittableRandom random = new SplittableRandom(1);
            for (int round = 0; round < ROUNDS; round++) {
                marked.clear();
                byte[] before = made[0].segment().toArray(ValueLayout.JAVA_BYTE);
                for (int i = 0; i < 1 + round; i++) {
                    use(driver, out, in, lists, random);
                }
                BitSet unmarked = made[0].changed(before);
                assertThat(unmarked.isEmpty()).isFalse();
                unmarked.andNot(marked);
                clear(unmarked, in.iova() - options.iovaBase(), in.lengthBytes());
                unmarked.andNot(devicePages(driver, options));
                assertThat(unmarked.isEmpty()).as("unmarked %s", unmarked).isTrue();
            }
        }
    }

    /** What the driver gives to the device to write into. */
    private static BitSet devicePages(NvmeDriver driver, DriverOptions options) {
        BitSet pages = new BitSet();
        for (DmaBuffer buffer : driver.writtenByDevice()) {
            int first = (int) ((buffer.iova() - options.iovaBase()) / PAGE);
            pages.set(first, first + (int) (buffer.lengthBytes() / PAGE));
        }
        return pages;
    }

    private static void clear(BitSet pages, long offset, long lengthBytes) {
        pages.clear((int) (offset / PAGE), (int) ((offset + lengthBytes) / PAGE));
    }

    private static void use(NvmeDriver driver, DmaBuffer out, DmaBuffer in, DmaBuffer lists, SplittableRandom random) {
        IoQueue queue = driver.ioQueue(0);
        for (int i = 0; i < 12; i++) {
            long at = (long) random.nextInt(16) * TRANSFER;
            int length = PAGE * (1 + random.nextInt(16));
            fill(out.segment(), at, length, random);
            long lba = random.nextInt(16_000);
            assertThat(queue.write(1, lba, length / 512, out.iova() + at, length, false, i))
                    .isTrue();
            assertThat(queue.read(1, lba, length / 512, in.iova() + at, length, i))
                    .isTrue();
        }
        assertThat(queue.flush(1, 99)).isTrue();
        while (queue.outstanding() > 0) {
            queue.poll((tag, status, result) -> assertThat(status).isZero());
        }
        long at = (long) random.nextInt(16) * TRANSFER;
        fill(out.segment(), at, PAGE, random);
        queue.executeSuccessfully(NvmeCommand.write(1, 0, 8, true, out, at, PAGE));
        queue.executeSuccessfully(NvmeCommand.compare(1, 0, 8, out, at, PAGE));
        fill(out.segment(), at + PAGE, PAGE, random);
        queue.executeSuccessfully(
                NvmeCommand.write(1, 8, 8, false, out, 0, PAGE).sgl(out, at + PAGE, PAGE));
        fill(out.segment(), at + 2 * PAGE, 2 * PAGE, random);
        SglBuilder list =
                new SglBuilder(lists).data(out, at + 2 * PAGE, PAGE).chain().data(out, at + 3 * PAGE, PAGE);
        queue.executeSuccessfully(
                NvmeCommand.write(1, 16, 16, false, out, 0, 2 * PAGE).sgl(list));
        DatasetManagementRange.write(out.segment(), at + 4 * PAGE, 100 + random.nextInt(1000), 8);
        queue.executeSuccessfully(NvmeCommand.datasetManagement(1, 1, 1, out, at + 4 * PAGE));
        LittleEndian.putU64(out.segment(), at + 5 * PAGE, random.nextLong() >>> 16);
        driver.admin()
                .executeSuccessfully(
                        NvmeCommand.setFeatures(FeatureId.TIMESTAMP, 0).data(out, at + 5 * PAGE, 8));
        assertThat(driver.smartLog()).isNotNull();
    }

    private static void fill(MemorySegment memory, long at, long lengthBytes, SplittableRandom random) {
        for (long i = 0; i < lengthBytes; i += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG, at + i, random.nextLong());
        }
    }

    @Test
    void bytesThatAUserSaysItWroteAreMarkedToThePage() {
        BitSet marked = new BitSet();
        GuestBacking.Movable memory = GuestBacking.Movable.create(64 << 10, 0);
        try (HostMemory host = new HostMemory(new Recording(memory, marked), 0, new GuestThreads());
                DmaBuffer ignored = host.allocate(3 * PAGE);
                DmaBuffer buffer = host.allocate(3 * PAGE)) {
            marked.clear();
            buffer.written(PAGE - 1, 2);
            assertThat(marked.stream().toArray()).containsExactly(3, 4);
            assertThat(ignored.lengthBytes()).isEqualTo(3 * PAGE);
        }
    }
}
