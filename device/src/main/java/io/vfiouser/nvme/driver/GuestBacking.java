package io.vfiouser.nvme.driver;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.mover.GuestRegion;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.PageSize;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What is behind a guest's memory: one piece here, readable and writable for both sides. */
interface GuestBacking extends AutoCloseable {

    MemorySegment segment();

    PageSize pageSize();

    void mapInto(VfioUserClient client);

    /** Any thread; after the stores. */
    void markWritten(long iova, long lengthBytes);

    /** For moving it with the device; fails with {@link IllegalStateException} if it cannot be moved. */
    GuestMemory movable();

    @Override
    void close();

    /** Memory that moves with the device. */
    record Movable(GuestMemory memory, boolean owned) implements GuestBacking {

        static Movable create(long lengthBytes, long iova) {
            GuestRegion region = new GuestRegion(iova, lengthBytes, Protection.READ_WRITE);
            return new Movable(GuestMemory.create(List.of(region)), true);
        }

        static Movable borrowed(GuestMemory memory) {
            if (memory.regions().size() != 1) {
                throw new IllegalArgumentException("the driver wants guest memory of one region, not of "
                        + memory.regions().size());
            }
            return new Movable(memory, false);
        }

        @Override
        public MemorySegment segment() {
            return memory.segment(0);
        }

        @Override
        public PageSize pageSize() {
            return PageSize.BASE;
        }

        @Override
        public void mapInto(VfioUserClient client) {
            memory.mapInto(client);
        }

        @Override
        public void markWritten(long iova, long lengthBytes) {
            memory.markWritten(iova, lengthBytes);
        }

        @Override
        public GuestMemory movable() {
            return memory;
        }

        @Override
        public void close() {
            if (owned) {
                memory.close();
            }
        }
    }

    /**
     * One file, which stays where it is.
     *
     * @param regions where in it the DMA regions begin
     */
    record Fixed(MemFd file, Mapping mapping, long iova, List<Long> regions) implements GuestBacking {

        /** Of one region, and of huge pages if there are enough. */
        static Fixed ofHugePages(long lengthBytes, long iova) {
            return create(lengthBytes, PageSize.EXPLICIT_HUGE, iova, List.of(0L));
        }

        static Fixed ofRegions(long lengthBytes, long iova, List<Long> regions) {
            return create(lengthBytes, PageSize.BASE, iova, regions);
        }

        private static Fixed create(long lengthBytes, PageSize pages, long iova, List<Long> regions) {
            MemFd file = MemFd.create("guest", lengthBytes, pages);
            try {
                file.sealSize();
                return new Fixed(file, file.map(Protection.READ_WRITE), iova, regions);
            } catch (RuntimeException e) {
                file.close();
                throw e;
            }
        }

        @Override
        public MemorySegment segment() {
            return mapping.segment();
        }

        @Override
        public PageSize pageSize() {
            return file.pageSize();
        }

        @Override
        public void mapInto(VfioUserClient client) {
            for (int i = 0; i < regions.size(); i++) {
                long start = regions.get(i);
                long end = i + 1 < regions.size() ? regions.get(i + 1) : mapping.lengthBytes();
                client.mapDma(iova + start, end - start, file.fd(), start, Protection.READ_WRITE);
            }
        }

        @Override
        public void markWritten(long address, long lengthBytes) {}

        @Override
        public GuestMemory movable() {
            throw new IllegalStateException(
                    "guest memory of huge pages, or of several DMA regions, stays where it is: attach without them to move");
        }

        @Override
        public void close() {
            mapping.close();
            file.close();
        }
    }
}
