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

/** What is behind a guest's memory: one region, readable and writable for both sides. */
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

    /** One file of huge pages, if there are enough, which stays where it is. */
    record Fixed(MemFd file, Mapping mapping, long iova) implements GuestBacking {

        static Fixed create(long lengthBytes, long iova) {
            MemFd file = MemFd.create("guest", lengthBytes, PageSize.EXPLICIT_HUGE);
            try {
                file.sealSize();
                return new Fixed(file, file.map(Protection.READ_WRITE), iova);
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
            client.mapDma(iova, mapping.lengthBytes(), file.fd(), 0, Protection.READ_WRITE);
        }

        @Override
        public void markWritten(long address, long lengthBytes) {}

        @Override
        public GuestMemory movable() {
            throw new IllegalStateException(
                    "guest memory of huge pages stays where it is: attach without them to move");
        }

        @Override
        public void close() {
            mapping.close();
            file.close();
        }
    }
}
