package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevicePool;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit the namespaces here is refused, by name; what happens to the namespaces there ends the copy. */
@Timeout(60)
class NamespaceReceiverTest {
    private static final int BYTES = 1 << 20;

    @TempDir
    private Path folder;

    private static void assertRefused(NamespaceReceiver receiver, Frame frame, String... parts) {
        assertThatThrownBy(() -> receiver.take(frame))
                .isInstanceOf(StateRefusedException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
        receiver.abort();
    }

    private static Frame.Data data(int id, long first, int bytes) {
        return new Frame.Data(id, first, MemorySegment.ofArray(new byte[bytes]));
    }

    @Test
    void namespacesThatDoNotFitAreRefused() throws IOException {
        Path image = folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        try (NvmSubsystem subsystem = NvmSubsystem.builder()
                .namespace(RamBlockDevice.builder(BYTES).blockSizeBytes(4096).build())
                .namespace(FileBlockDevice.builder(image).readOnly(true).open())
                .open()) {
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(1, 4096, 257), "1 has", "larger");
            assertRefused(
                    NamespaceContents.receiver(subsystem),
                    new Frame.Namespace(1, 512, 8),
                    "512 bytes at the source",
                    "blocks of 4096");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(2, 512, 8), "2 is read-only");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(3, 512, 8), "no namespace 3");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(1, 100, 8), "blocks of 100 bytes");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(1, 4096, 0), "0 blocks");
            assertRefused(
                    NamespaceContents.receiver(subsystem), new Frame.Namespace(1, 4096, Long.MAX_VALUE), "cannot be");
            subsystem.letGo();
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(1, 4096, 8), "not this server's");
            assertThatThrownBy(() -> NamespaceContents.sender(subsystem)).hasMessageContaining("not this server's");
        }
    }

    @Test
    void contentThatDoesNotFitIsRefused() {
        try (NvmSubsystem subsystem =
                NvmSubsystem.builder().namespace(RamBlockDevice.ofSize(BYTES)).open()) {
            Frame begin = new Frame.Namespace(1, 512, 100);
            assertRefusedAfter(subsystem, begin, begin, "two namespaces 1");
            assertRefusedAfter(subsystem, begin, data(2, 0, 512), "namespace 2");
            assertRefusedAfter(subsystem, begin, data(1, 0, 500), "whole blocks");
            assertRefusedAfter(subsystem, begin, data(1, 0, 0), "whole blocks");
            assertRefusedAfter(subsystem, begin, data(1, 100, 512), "beyond its 100 blocks");
            assertRefusedAfter(subsystem, begin, data(1, -1, 512), "beyond");
            assertRefusedAfter(subsystem, begin, data(1, Long.MAX_VALUE, 512), "beyond");
            assertRefusedAfter(subsystem, begin, new Frame.Zeroes(1, 99, 2), "beyond");
            assertRefusedAfter(subsystem, begin, new Frame.Zeroes(1, 0, 0), "beyond");
            assertRefusedAfter(subsystem, begin, new Frame.Zeroes(1, 1, Long.MAX_VALUE), "beyond");
            assertRefusedAfter(subsystem, begin, new Frame.PassEnd(2), "pass 2");
            NamespaceReceiver late = NamespaceContents.receiver(subsystem);
            late.take(new Frame.PassEnd(1));
            assertRefused(late, begin, "after its first pass");
        }
    }

    private static void assertRefusedAfter(NvmSubsystem subsystem, Frame before, Frame frame, String part) {
        NamespaceReceiver receiver = NamespaceContents.receiver(subsystem);
        receiver.take(before);
        assertRefused(receiver, frame, part);
    }

    @Test
    void aMissingNamespaceIsMadeInThePool() {
        try (NvmSubsystem subsystem = NvmSubsystem.builder()
                .namespace(RamBlockDevice.ofSize(BYTES))
                .pool(RamBlockDevicePool.ofSize(BYTES))
                .open()) {
            NamespaceReceiver receiver = NamespaceContents.receiver(subsystem);
            receiver.take(new Frame.Namespace(7, 4096, 16));
            receiver.take(data(7, 0, 4096));
            receiver.take(new Frame.PassEnd(1));
            receiver.finish();
            assertThat(subsystem.namespace(7).orElseThrow().blockCount()).isEqualTo(16);
            assertThat(subsystem.namespace(7).orElseThrow().fromPool()).isTrue();
            assertRefused(
                    NamespaceContents.receiver(subsystem),
                    new Frame.Namespace(8, 512, 1L << 40),
                    "no namespace 8",
                    "bytes left");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(0, 512, 8), "no namespace 0");
            assertRefused(NamespaceContents.receiver(subsystem), new Frame.Namespace(70_000, 512, 8), "cannot be");
        }
    }

    @Test
    void aNamespaceThatIsNotWhatItWasEndsTheCopy() throws Exception {
        RamBlockDevice growing =
                RamBlockDevice.builder(BYTES).maximumBytes(2 * BYTES).build();
        try (NvmSubsystem subsystem = NvmSubsystem.builder().namespace(growing).open()) {
            try (NamespaceSender sender = NamespaceContents.sender(subsystem)) {
                assertThat(sender.next()).isInstanceOf(Frame.Namespace.class);
                growing.resize(2 * BYTES);
                assertThatThrownBy(sender::next)
                        .isInstanceOf(StateRefusedException.class)
                        .hasMessageContaining("namespace 1 was given another size");
            }
            try (NamespaceSender sender = NamespaceContents.sender(subsystem)) {
                subsystem.format(subsystem.namespaces(), 1).orElseThrow().get(20, TimeUnit.SECONDS);
                assertThatThrownBy(sender::next).hasMessageContaining("namespace 1 was formatted");
            }
            try (NamespaceSender sender = NamespaceContents.sender(subsystem)) {
                var ignored = subsystem.add(RamBlockDevice.ofSize(BYTES)).get(20, TimeUnit.SECONDS);
                assertThatThrownBy(sender::next).hasMessageContaining("a namespace was created");
            }
            NamespaceSender sender = NamespaceContents.sender(subsystem);
            var removed = subsystem.remove(2);
            assertThatThrownBy(sender::next).hasMessageContaining("namespace 2 was deleted");
            sender.close();
            removed.handle((done, failure) -> true).get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aFormatOfTheSameBlocksIsAChangeLikeAnyOther() throws Exception {
        try (NvmSubsystem subsystem =
                NvmSubsystem.builder().namespace(RamBlockDevice.ofSize(BYTES)).open()) {
            try (NamespaceSender sender = NamespaceContents.sender(subsystem)) {
                subsystem.format(subsystem.namespaces(), 0).orElseThrow().get(20, TimeUnit.SECONDS);
                assertThat(sender.next()).isInstanceOf(Frame.Namespace.class);
                assertThat(subsystem.namespace(1).orElseThrow().changes().changedBlocks())
                        .isEqualTo(BYTES / 512);
            }
        }
    }
}
