package io.vfiouser.benchmarks.device;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.DirtyLog;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.memory.DirtyMarker;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.PageSize;
import io.vfiouser.os.Protection;
import io.vfiouser.server.ContextRunner;
import io.vfiouser.server.DeviceContext;
import io.vfiouser.server.DmaListener;
import io.vfiouser.server.DmaRegion;
import io.vfiouser.server.MigrationHandler;
import io.vfiouser.server.MigrationState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Guest memory that came the way a guest's does: from a client over the socket, mapped by libvfio-user, with the dirty marks that the
 * bindings keep for a device that migrates. Guest and device have a mapping each. The client is a thread of this process that sleeps,
 * unless it asks for a dirty report every 10 ms, which the context's thread answers.
 */
public final class SharedGuestRam implements GuestRam {
    /** What becomes of the device's writes. */
    public enum Marking {
        /** Nobody records them: the baseline, a device that cannot migrate. */
        NONE,
        /** They are recorded, and nobody asks. */
        LOG_OFF,
        /** They are recorded, and a client asks for the pages every 10 ms. */
        LOG_ON
    }

    private static final long IOVA = 0x1_0000_0000L;
    private static final long REPORT_MILLIS = 10;
    private static final long JOIN_MILLIS = 10_000;

    private final Path folder;
    private final MemFd memory;
    private final Mapping guest;
    private final ContextRunner server;
    private final Client client;
    private final List<GuestRegion> regions;

    /** Maps so many bytes. */
    public SharedGuestRam(long lengthBytes, Marking marking) {
        folder = temporaryFolder();
        memory = MemFd.create("guest", lengthBytes, PageSize.EXPLICIT_HUGE);
        guest = memory.map(Protection.READ_WRITE);
        guest.populate();
        Regions registered = new Regions();
        Path socket = folder.resolve("s");
        server = new ContextRunner(DeviceContext.builder(socket)
                        .dma(registered)
                        .migration(new NothingToMove())
                        .build())
                .start();
        client = new Client(socket, memory, marking == Marking.LOG_ON);
        client.start();
        DmaRegion region = registered.await();
        client.awaitReady();
        DirtyMarker marker = marking == Marking.NONE ? DirtyMarker.NONE : region.dirtyMarks()::mark;
        regions = List.of(new GuestRegion(IOVA, region.segment(), true, true, marker));
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("vfio-user-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many reports the client was given. */
    public long reports() {
        return client.reports.get();
    }

    @Override
    public MemorySegment guestView() {
        return guest.segment();
    }

    @Override
    public long iova(long offset) {
        return IOVA + offset;
    }

    @Override
    public List<GuestRegion> regions() {
        return regions;
    }

    @Override
    public void close() {
        client.end();
        server.close();
        guest.close();
        memory.close();
        try {
            Files.deleteIfExists(folder.resolve("s"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Regions implements DmaListener {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private volatile List<DmaRegion> known = List.of();

        @Override
        public void registered(DmaRegion region) {
            known = List.of(region);
            arrived.countDown();
        }

        @Override
        public void unregistered(DmaRegion region) {
            known = List.of();
        }

        DmaRegion await() {
            waitFor(arrived, "the guest's memory has not arrived");
            return known.getFirst();
        }
    }

    /** The client's thread: it maps, reports if wanted, and disconnects. */
    private static final class Client extends Thread {
        private final Path socket;
        private final MemFd memory;
        private final boolean reporting;
        private final CountDownLatch ready = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);
        private final AtomicLong reports = new AtomicLong();

        Client(Path socket, MemFd memory, boolean reporting) {
            super("guest");
            this.socket = socket;
            this.memory = memory;
            this.reporting = reporting;
            setDaemon(true);
        }

        @Override
        public void run() {
            long length = memory.lengthBytes();
            try (VfioUserClient client = VfioUserClient.connect(socket, ClientOptions.defaults())) {
                client.mapDma(IOVA, length, memory.fd(), 0, Protection.READ_WRITE);
                DirtyLog log = client.dirtyLog();
                if (reporting) {
                    log.start();
                }
                ready.countDown();
                while (!end.await(REPORT_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (reporting) {
                        int ignored = log.report(IOVA, length).cardinality();
                        reports.incrementAndGet();
                    }
                }
                if (reporting) {
                    log.stop();
                }
                client.unmapDma(IOVA, length);
            } catch (InterruptedException e) {
                currentThread().interrupt();
            }
        }

        void awaitReady() {
            waitFor(ready, "the guest could not switch its dirty log on");
        }

        void end() {
            end.countDown();
            try {
                join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                currentThread().interrupt();
            }
        }
    }

    private static void waitFor(CountDownLatch latch, String complaint) {
        try {
            if (!latch.await(JOIN_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(complaint);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(complaint, e);
        }
    }

    /** A device that can be migrated as far as its clients know, and is not. */
    private static final class NothingToMove implements MigrationHandler {
        @Override
        public void transition(MigrationState from, MigrationState to) {}

        @Override
        public long read(MemorySegment into) {
            return 0;
        }

        @Override
        public void write(MemorySegment from) {}
    }
}
