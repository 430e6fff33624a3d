package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a guest, as the guest sees it: regions that keep their addresses in this process for as long as this object lives, while
 * moves put other memory behind them. There are two separate memories during a move, and the source's is of no use after it: a page that was
 * not copied, or somebody who still uses the old one, cannot go unnoticed.
 *
 * <p>Segments may be used from any thread, except while the guest is paused. Everything else is for one thread, {@link #markWritten}
 * excepted.
 */
public final class GuestMemory implements AutoCloseable {
    private static final VarHandle LOG = logHandle();

    private final List<GuestRegion> regions;
    private final MemoryView view;
    private MemoryFiles files;

    @SuppressWarnings("unused") // by its handle
    private @Nullable WriteLog log;

    private @Nullable MemoryMove move;

    private GuestMemory(List<GuestRegion> regions) {
        this.regions = List.copyOf(regions);
        this.files = new MemoryFiles(this.regions, "guest");
        boolean complete = false;
        try {
            this.view = MemoryView.create(this.regions, files);
            complete = true;
        } finally {
            if (!complete) {
                files.close();
            }
        }
    }

    private static VarHandle logHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(GuestMemory.class, "log", WriteLog.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Makes zeroed memory.
     *
     * @param regions at least one, none overlapping another; servers of level 0.1 take at most 16
     * @throws io.vfiouser.os.ErrnoException if the system refuses
     */
    public static GuestMemory create(List<GuestRegion> regions) {
        if (regions.isEmpty()) {
            throw new IllegalArgumentException("a guest without memory cannot use a device");
        }
        for (int i = 0; i < regions.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (regions.get(i).overlaps(regions.get(j))) {
                    throw new IllegalArgumentException(regions.get(i) + " overlaps " + regions.get(j));
                }
            }
        }
        return new GuestMemory(regions);
    }

    /** The regions, in the order given. */
    public List<GuestRegion> regions() {
        return regions;
    }

    /** All of a region, readable and writable; the same addresses for as long as this lives. */
    public MemorySegment segment(int region) {
        return view.segment(region);
    }

    /**
     * A piece of memory by the device's address.
     *
     * @throws IllegalArgumentException if it does not lie in one region
     */
    public MemorySegment at(long iova, long lengthBytes) {
        int region = regionOf(iova, lengthBytes);
        return segment(region).asSlice(iova - regions.get(region).iova(), lengthBytes);
    }

    /**
     * Says that the guest has written. To be called <em>after</em> the stores and before the guest may count as paused; any thread of the
     * guest. Without a move under way it costs one load.
     *
     * @param iova with {@code lengthBytes}, a range of one region
     * @throws IllegalArgumentException if it does not lie in one region, and a move is under way
     */
    public void markWritten(long iova, long lengthBytes) {
        // Opaque is enough: the log is switched on while the guest is paused.
        WriteLog current = (WriteLog) LOG.getOpaque(this);
        if (current != null && lengthBytes > 0) {
            int region = regionOf(iova, lengthBytes);
            current.mark(region, iova - regions.get(region).iova(), lengthBytes);
        }
    }

    /** Gives all memory to a server. If it refuses a region, those before it stay given. */
    public void mapInto(VfioUserClient client) {
        files.mapInto(client);
    }

    private int regionOf(long iova, long lengthBytes) {
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).contains(iova, lengthBytes)) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "no region of guest memory has " + lengthBytes + " bytes at 0x" + Long.toHexString(iova));
    }

    MemoryFiles files() {
        return files;
    }

    /**
     * Switches the log of the guest's writes on; the guest is paused.
     *
     * @throws IllegalStateException if a move is under way
     */
    MemoryMove beginMove() {
        if (move != null) {
            throw new IllegalStateException("the memory is being moved already");
        }
        WriteLog fresh = new WriteLog(regions);
        MemoryMove begun = new MemoryMove(this, fresh);
        move = begun;
        LOG.setRelease(this, fresh);
        return begun;
    }

    /** Ends a move; the guest may run, and its log is forgotten. */
    void endMove() {
        LOG.setRelease(this, null);
        move = null;
    }

    /**
     * Puts other files behind the guest's addresses; the guest is paused, and nobody uses the other view.
     *
     * @param with from now on this object's
     * @param shown shows them, was made to be taken, and afterwards shows the files before
     * @return the files before, which the caller now owns
     */
    MemoryFiles replaceFiles(MemoryFiles with, MemoryView shown) {
        MemoryFiles before = files;
        files = with;
        view.take(shown, before, with);
        return before;
    }

    /** Overwrites everything: the guest has left. */
    void makeUseless() {
        view.makeUseless();
    }

    /** Gives the memory back; servers that have it keep theirs. */
    @Override
    public void close() {
        view.close();
        files.close();
    }
}
