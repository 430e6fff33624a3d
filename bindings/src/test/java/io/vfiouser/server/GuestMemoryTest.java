package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {
    private static final long IOVA = 0x1_0000_0000L;
    private static final long LENGTH = 1 << 20;
    private static final int RW = RawClient.DMA_READABLE | RawClient.DMA_WRITABLE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    @Test
    void aMappedRegionIsTheGuestsMemoryUntilItIsUnmapped() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH);
                Mapping guest = memory.map(Protection.READ_WRITE)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            DmaRegion region = dma.registered().getFirst();
            assertThat(region.iova()).isEqualTo(IOVA);
            assertThat(region.lengthBytes()).isEqualTo(LENGTH);
            assertThat(region.protection()).isEqualTo(Protection.READ_WRITE);
            assertThat(region.mapped()).isTrue();
            assertThat(region.pageSizeBytes()).isEqualTo(4096);
            guest.segment().set(INT, 4096, 0x12345678);
            assertThat(region.segment().get(INT, 4096)).isEqualTo(0x12345678);
            region.segment().set(INT, 8192, 99);
            assertThat(guest.segment().get(INT, 8192)).isEqualTo(99);
            assertThat(server.context().dmaRegions()).containsExactly(region);

            MemorySegment kept = region.segment();
            client.unmapDma(IOVA, LENGTH).ok();
            assertThat(dma.unregistered()).containsExactly(region);
            assertThat(server.context().dmaRegions()).isEmpty();
            assertThatThrownBy(() -> kept.get(INT, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void theSameRegionMappedAgainStaysOneRegion() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            if (ServerFixture.LIBRARY.level() != AbiLevel.V0_1) {
                // Level 0.1 would leak the descriptor: LibraryFaultsTest.
                client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            }
            assertThat(dma.registered()).hasSize(1);
            assertThat(client.mapDma(IOVA + 4096, LENGTH, memory.fd(), 0, RW).errno())
                    .isEqualTo(Errno.EINVAL);
            client.unmapDma(IOVA, LENGTH).ok();
            assertThat(dma.unregistered()).hasSize(1);
        }
    }

    @Test
    void memoryGoesWithTheClient() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                MemFd memory = MemFd.create("guest", LENGTH)) {
            try (RawClient client = server.connect()) {
                client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
                client.mapDma(2 * IOVA, LENGTH, memory.fd(), 0, RW).ok();
            }
            Awaitility.await().until(() -> dma.unregistered().size() == 2);
            assertThatThrownBy(() -> dma.registered().getFirst().segment().get(INT, 0))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void asManyRegionsAsTheLibraryTakesComeAndGoWithTheClient() {
        int wanted = 2000;
        int most = ServerFixture.LIBRARY.level().dmaRegionLimit(wanted);
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma, wanted));
                MemFd memory = MemFd.create("guest", LENGTH)) {
            try (RawClient client = server.connect()) {
                // From the last to the first, every second page.
                for (int i = most - 1; i >= 0; i--) {
                    client.mapDma(IOVA + 8192L * i, 4096, memory.fd(), 4096L * (i % 256), RW)
                            .ok();
                }
                assertThat(client.mapDma(0, 4096, memory.fd(), 0, RW).errno()).isEqualTo(Errno.EINVAL);
                List<DmaRegion> regions = server.context().dmaRegions();
                assertThat(regions).hasSize(most).isSortedAccordingTo(Comparator.comparingLong(DmaRegion::iova));
                regions.getLast().segment().set(INT, 0, 4711);
                byte[] read = new byte[4];
                server.runOnContext(
                        context -> context.readGuest(IOVA + 8192L * (most - 1), MemorySegment.ofArray(read)));
                assertThat(read).isEqualTo(new byte[] {0x67, 0x12, 0, 0});
                server.runOnContext(
                        context -> assertThatThrownBy(() -> context.readGuest(IOVA + 4096, MemorySegment.ofArray(read)))
                                .isInstanceOf(ErrnoException.class));
            }
            Awaitility.await().until(() -> dma.unregistered().size() == most);
            assertThat(server.context().dmaRegions()).isEmpty();
        }
    }

    /**
     * Level 0.2b looks for what overlaps a new region at the first one that ends behind its beginning, which a region that wraps around
     * can be. Two regions at one place must not make one of them look unmapped that is in use, or the other way round.
     */
    @Test
    void aRegionThatGotOverAnotherStaysUnused() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 2 * LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            boolean wraps = client.mapDma(-4096, IOVA + 12288, RW).errno() == 0;
            boolean over = client.mapDma(IOVA, 2 * LENGTH, memory.fd(), 0, RW).errno() == 0;
            assertThat(over).isEqualTo(wraps && ServerFixture.LIBRARY.level() == AbiLevel.V0_2B);
            DmaRegion first = dma.registered().getFirst();
            assertThat(server.context().dmaRegions()).containsExactly(first);
            assertThat(first.segment().get(INT, 0)).isZero();
            if (over) {
                client.unmapDma(IOVA, 2 * LENGTH).ok();
                assertThat(first.segment().get(INT, 0)).isZero();
            }
            client.unmapDma(IOVA, LENGTH).ok();
            assertThatThrownBy(() -> first.segment().get(INT, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aReadOnlyRegionRefusesStoresInsteadOfEndingTheProcess() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RawClient.DMA_READABLE).ok();
            DmaRegion region = dma.registered().getFirst();
            assertThat(region.writable()).isFalse();
            assertThat(region.segment().get(INT, 0)).isZero();
            assertThatThrownBy(() -> region.segment().set(INT, 0, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.runOnContext(
                            context -> context.writeGuest(IOVA, MemorySegment.ofArray(new byte[4]))))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES));
        }
    }

    @Test
    void regionsWithoutAnyPermissionOrThatWrapAreNotHandedOut() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, 0);
            assertThat(dma.registered()).allMatch(region -> !region.mapped());
            int before = dma.registered().size();
            client.mapDma(-4096, 8192, memory.fd(), 0, RW);
            assertThat(dma.registered()).hasSize(before);
            client.reset().ok();
        }
    }

    @Test
    void listenersThatThrowDoNotHurtTheServer() {
        DmaListener throwing = new DmaListener() {
            @Override
            public void registered(DmaRegion region) {
                throw new IllegalStateException("thrown on purpose");
            }

            @Override
            public void unregistered(DmaRegion region) {
                throw new IllegalStateException("thrown on purpose");
            }
        };
        try (ServerFixture server = ServerFixture.start(device -> device.dma(throwing));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            client.unmapDma(IOVA, LENGTH).ok();
            assertThat(server.context().dmaRegions()).isEmpty();
        }
    }

    @Test
    void scatterGatherListsReachMappedMemoryAcrossRegions() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 2 * LENGTH);
                Mapping guest = memory.map(Protection.READ_WRITE)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            client.mapDma(IOVA + LENGTH, LENGTH, memory.fd(), LENGTH, RW).ok();
            AtomicReference<MemorySegment> kept = new AtomicReference<>();
            server.runOnContext(context -> {
                try (ScatterGather list = context.scatterGather(4)) {
                    assertThat(list.entryBytes()).isBetween(24L, 128L);
                    assertThatThrownBy(list::get).isInstanceOf(IllegalStateException.class);
                    assertThat(list.resolve(IOVA + LENGTH - 8192, 16384, Protection.READ_WRITE))
                            .isEqualTo(2);
                    assertThat(list.isMappable(0)).isTrue();
                    assertThat(list.isMappable(1)).isTrue();
                    List<MemorySegment> parts = list.get();
                    assertThat(parts).extracting(MemorySegment::byteSize).containsExactly(8192L, 8192L);
                    parts.get(1).set(INT, 0, 4711);
                    kept.set(parts.get(1));
                    list.markDirty();
                    list.put();
                    assertThatThrownBy(list::put).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> list.resolve(IOVA, 3 * LENGTH, Protection.READ))
                            .isInstanceOfSatisfying(
                                    ErrnoException.class,
                                    e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
                    assertThatThrownBy(() -> list.resolve(IOVA, 0, Protection.READ))
                            .isInstanceOf(IllegalArgumentException.class);
                }
                try (ScatterGather tooSmall = context.scatterGather(1)) {
                    assertThatThrownBy(() -> tooSmall.resolve(IOVA + LENGTH - 1, 2, Protection.READ))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("2 entries");
                }
            });
            assertThat(guest.segment().get(INT, LENGTH)).isEqualTo(4711);
            client.unmapDma(IOVA + LENGTH, LENGTH).ok();
            assertThatThrownBy(() -> kept.get().get(INT, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aListIsInvalidOnceMemoryWasUnmapped() {
        try (ServerFixture server = ServerFixture.start(device -> device.dma(new RecordingDma()));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", LENGTH)) {
            client.mapDma(IOVA, LENGTH, memory.fd(), 0, RW).ok();
            ScatterGather list = server.onContext(context -> {
                ScatterGather made = context.scatterGather(1);
                int ignored = made.resolve(IOVA, 4096, Protection.READ_WRITE);
                return made;
            });
            client.unmapDma(IOVA, LENGTH).ok();
            server.runOnContext(context -> {
                assertThatThrownBy(list::get).hasMessageContaining("unmapped");
                assertThatThrownBy(list::markDirty).hasMessageContaining("unmapped");
                list.close();
            });
        }
    }

    @Test
    void memoryWithoutDescriptorIsReachedByMessages() {
        RecordingDma dma = new RecordingDma();
        byte[] guest = new byte[8192];
        try (ServerFixture server = ServerFixture.start(device -> device.dma(dma)
                        .region(
                                RegionIndex.BAR0,
                                RegionSpec.memory(4096)
                                        .access(new MemoryRegion(4096))
                                        .build()));
                RawClient client = server.connect();
                Arena arena = Arena.ofShared()) {
            client.onCommand(message -> serve(client, guest, message[0], message[1]));
            client.mapDma(IOVA, guest.length, RW).ok();
            assertThat(dma.registered().getFirst().mapped()).isFalse();
            assertThatThrownBy(() -> dma.registered().getFirst().segment()).isInstanceOf(IllegalStateException.class);
            guest[5000] = 42;
            MemorySegment data = arena.allocate(16);
            AtomicReference<Boolean> done = new AtomicReference<>(false);
            server.runner().execute(() -> {
                server.context().readGuest(IOVA + 5000, data);
                server.context().writeGuest(IOVA + 16, MemorySegment.ofArray(new byte[] {7, 8, 9}));
                try (ScatterGather list = server.context().scatterGather(1)) {
                    int ignored = list.resolve(IOVA + 16, 3, Protection.READ_WRITE);
                    assertThat(list.isMappable(0)).isFalse();
                    assertThatThrownBy(list::get)
                            .isInstanceOfSatisfying(
                                    ErrnoException.class,
                                    e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
                    assertThatThrownBy(list::markDirty).isInstanceOf(IllegalStateException.class);
                    MemorySegment three = arena.allocate(3);
                    list.read(three);
                    assertThat(three.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 9);
                    three.set(ValueLayout.JAVA_BYTE, 2, (byte) 10);
                    list.write(three);
                    assertThatThrownBy(() -> list.read(data)).isInstanceOf(IllegalArgumentException.class);
                    ignored = list.resolve(IOVA + 16, 3, Protection.READ);
                    assertThatThrownBy(() -> list.write(three))
                            .isInstanceOfSatisfying(
                                    ErrnoException.class,
                                    e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
                }
                done.set(true);
            });
            client.serveUntil(() -> done.get());
            assertThat(data.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
            assertThat(guest).startsWith(new byte[16]).containsSequence((byte) 7, (byte) 8, (byte) 10);
            client.regionData(0, 0, 4);
        }
    }

    private static void serve(RawClient client, byte[] guest, ByteBuffer header, ByteBuffer payload) {
        int offset = (int) (payload.getLong(0) - IOVA);
        int count = (int) payload.getLong(8);
        if (header.getShort(2) == RawClient.DMA_READ) {
            client.answer(
                    header,
                    RawClient.buffer(16 + count)
                            .putLong(payload.getLong(0))
                            .putLong(count)
                            .put(guest, offset, count)
                            .flip());
        } else {
            payload.get(16, guest, offset, count);
            client.answer(
                    header,
                    RawClient.buffer(16)
                            .putLong(payload.getLong(0))
                            .putLong(count)
                            .flip());
        }
    }

    @Test
    void aRefusedMessageAndUnmappedAddressesAreErrors() {
        try (ServerFixture server = ServerFixture.start(device -> device.dma(new RecordingDma()));
                RawClient client = server.connect()) {
            client.onCommand(message -> client.refuse(message[0], Errno.EFAULT));
            client.mapDma(IOVA, 4096, RW).ok();
            AtomicReference<RuntimeException> failure = new AtomicReference<>();
            server.runner().execute(() -> {
                try {
                    server.context().readGuest(IOVA, MemorySegment.ofArray(new byte[4]));
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            client.serveUntil(() -> failure.get() != null);
            assertThat(failure.get())
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
            assertThatThrownBy(() -> server.runOnContext(
                            context -> context.readGuest(IOVA + 4096, MemorySegment.ofArray(new byte[1]))))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        }
    }
}
