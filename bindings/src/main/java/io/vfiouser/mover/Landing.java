package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestHost.ArrivingGuest;
import io.vfiouser.os.Protection;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A move at its destination: what has arrived so far. Checks every frame of its sender, who may be anybody. One thread.
 *
 * <p>Everything that is wrong ends in an {@link IllegalArgumentException} or in what device and guest throw; the landing is to be closed
 * then.
 */
final class Landing implements AutoCloseable {
    /** More than any server takes. */
    private static final int MOST_REGIONS = 256;

    private static final int REGION_BYTES = 24;
    private static final int PAGE = GuestRegion.PAGE_BYTES;

    private final ReceiveOptions options;
    private final GuestHost host;
    private final GuestMemory memory;
    private final DestinationDevice device;
    private final List<BitSet> arrived = new ArrayList<>();
    private final ByteArrayOutputStream guestState = new ByteArrayOutputStream();
    private boolean resuming;
    private boolean validated;
    private boolean kept;
    private long memoryBytes;
    private long streamBytes;
    private long lastStreamNanos = System.nanoTime();
    private @Nullable ArrivingGuest guest;

    /**
     * Makes memory and connects to the device.
     *
     * @param hello page size, count and regions
     */
    Landing(ByteBuffer hello, ReceiveOptions options, GuestHost host, Supplier<VfioUserClient> connect) {
        this.options = options;
        this.host = host;
        List<GuestRegion> regions = regions(hello, options);
        regions.forEach(region -> arrived.add(new BitSet(region.pages())));
        memory = GuestMemory.create(regions);
        DestinationDevice connected = null;
        boolean complete = false;
        try {
            connected = new DestinationDevice(connect);
            device = connected;
            memory.mapInto(connected.client());
            complete = true;
        } finally {
            if (!complete) {
                if (connected != null) {
                    connected.close();
                }
                memory.close();
            }
        }
    }

    private static List<GuestRegion> regions(ByteBuffer hello, ReceiveOptions options) {
        require(hello.remaining() >= 2 * Integer.BYTES, "a greeting without regions");
        int pageBytes = hello.getInt();
        require(pageBytes == PAGE, "pages of " + pageBytes + " bytes, not " + PAGE);
        int count = hello.getInt();
        require(count >= 1 && count <= MOST_REGIONS, "between 1 and " + MOST_REGIONS + " regions are possible");
        require(hello.remaining() == count * REGION_BYTES, "the list of regions has another length than it says");
        List<GuestRegion> regions = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < count; i++) {
            long iova = hello.getLong();
            long length = hello.getLong();
            int protection = hello.getInt();
            int reserved = hello.getInt();
            require(reserved == 0 && (protection & ~Protection.READ_WRITE.bits()) == 0, "unknown flags of a region");
            require(
                    length > 0 && length <= options.maxMemoryBytes() - total,
                    "guest memory has more than the " + options.maxMemoryBytes() + " bytes that this receiver allows");
            regions.add(new GuestRegion(iova, length, Protection.ofBits(protection)));
            total += length;
        }
        return regions;
    }

    /** Appends the regions to a greeting. */
    static void putRegions(ByteBuffer hello, List<GuestRegion> regions) {
        hello.putInt(PAGE).putInt(regions.size());
        for (GuestRegion region : regions) {
            hello.putLong(region.iova()).putLong(region.lengthBytes());
            hello.putInt(region.protection().bits()).putInt(0);
        }
    }

    static int regionsBytes(List<GuestRegion> regions) {
        if (regions.size() > MOST_REGIONS) {
            throw new IllegalArgumentException(
                    regions.size() + " regions of guest memory; a receiver takes " + MOST_REGIONS);
        }
        return 2 * Integer.BYTES + regions.size() * REGION_BYTES;
    }

    MoveReport.Side side() {
        return device.side();
    }

    void resuming() {
        require(!resuming, "the device was to take a state already");
        resuming = true;
        device.resuming(options.patience());
    }

    void pages(ByteBuffer payload) {
        require(!validated && payload.remaining() > 2 * Long.BYTES, "a piece of memory where none is expected");
        int region = payload.getInt();
        int reserved = payload.getInt();
        long offset = payload.getLong();
        int count = payload.remaining();
        require(reserved == 0 && region >= 0 && region < arrived.size(), "a piece of memory of an unknown region");
        long length = memory.regions().get(region).lengthBytes();
        require(
                offset >= 0 && offset % PAGE == 0 && count % PAGE == 0 && offset <= length - count,
                "a piece of memory that does not lie in its region");
        MemorySegment.copy(MemorySegment.ofBuffer(payload), 0, memory.segment(region), offset, count);
        int first = (int) (offset / PAGE);
        arrived.get(region).set(first, first + count / PAGE);
        memoryBytes += count;
    }

    void stream(ByteBuffer payload) {
        require(resuming && !validated && payload.hasRemaining(), "a piece of the stream where none is expected");
        device.write(MemorySegment.ofBuffer(payload));
        streamBytes += payload.remaining();
        lastStreamNanos = System.nanoTime();
    }

    void guest(ByteBuffer payload) {
        int count = payload.remaining();
        require(!validated, "the guest's state comes too late");
        require(
                count <= options.maxGuestBytes() - guestState.size(),
                "the guest's state is longer than " + options.maxGuestBytes() + " bytes");
        byte[] bytes = new byte[count];
        payload.get(bytes);
        guestState.writeBytes(bytes);
    }

    /** Everything is here; device and guest say whether it will do. */
    void validate(ByteBuffer totals) {
        require(resuming && !validated && totals.remaining() == 3 * Long.BYTES, "the end where none is expected");
        require(
                totals.getLong() == memoryBytes
                        && totals.getLong() == streamBytes
                        && totals.getLong() == guestState.size(),
                "more or less arrived than was sent");
        for (int i = 0; i < arrived.size(); i++) {
            int pages = memory.regions().get(i).pages();
            int missing = arrived.get(i).nextClearBit(0);
            require(missing >= pages, "page " + missing + " of region " + i + " never came");
        }
        validated = true;
        // In this order: a server of version 2 that is in STOP takes no messages about regions and interrupts.
        guest = host.prepare(device.client(), memory, guestState.toByteArray());
        device.validate();
    }

    /** Whether it may be told to run. */
    boolean validated() {
        return validated;
    }

    /** Has the device run. Throws nothing. */
    Takeover takeOver() {
        Takeover answer = device.takeOver(options.patience());
        if (answer instanceof Takeover.Taken) {
            kept = true;
        }
        return answer;
    }

    /** Lets the guest go on; what is here is the arrival's from now on. */
    Arrival goOn(java.util.UUID id, String sender, Runnable whenClosed) {
        ArrivingGuest here = Objects.requireNonNull(guest);
        here.goOn();
        return new Arrival(
                id,
                sender,
                device.side(),
                device.client(),
                memory,
                here,
                memoryBytes,
                streamBytes,
                guestState.size(),
                System.nanoTime() - lastStreamNanos,
                () -> {
                    release();
                    whenClosed.run();
                });
    }

    private void release() {
        device.close();
        memory.close();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Forgets everything, unless the device runs here. */
    @Override
    public void close() {
        if (kept) {
            return;
        }
        try {
            if (guest != null) {
                guest.discard();
            }
        } finally {
            release();
        }
    }
}
