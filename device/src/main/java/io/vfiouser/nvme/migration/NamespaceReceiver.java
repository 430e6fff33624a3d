package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stores what a {@link NamespaceSender} sends: takes {@link Frame.Namespace}, {@link Frame.Data}, {@link Frame.Zeroes} and {@link
 * Frame.PassEnd}. What was stored in a namespace before goes when it is first named; what stays empty takes no room. Every frame is checked
 * against the namespaces here; after a refusal all further frames are refused.
 *
 * <p>Ends with {@link #finish()} or {@link #abort()}; after the latter, or a failure, the content is neither the old nor the new one. May wait for the media.
 * Control thread only.
 */
public final class NamespaceReceiver implements FrameSink {
    /** How much is zeroed in one go. */
    private static final long ZERO_BYTES = 64 << 20;

    private final ContentTarget target;
    private final ContentWriter writer = new ContentWriter();
    private final Map<Integer, Landing> landings = new TreeMap<>();
    private int passes;
    private String failure = "";
    private boolean ended;

    public NamespaceReceiver(ContentTarget target) {
        this.target = target;
    }

    @Override
    public void take(Frame frame) {
        if (ended) {
            throw new IllegalStateException("the receiver has ended");
        }
        refuseAgain();
        try {
            switch (frame) {
                case Frame.Namespace namespace -> begin(namespace);
                case Frame.Data data -> write(data);
                case Frame.Zeroes zeroes -> zero(zeroes);
                case Frame.PassEnd end -> endPass(end);
                case Frame.Header ignored -> throw foreign(frame);
                case Frame.Controller ignored -> throw foreign(frame);
                case Frame.End ignored -> throw foreign(frame);
            }
        } catch (StateRefusedException e) {
            failure = String.valueOf(e.getMessage());
            throw e;
        }
    }

    /**
     * Waits until everything is stored and durable.
     *
     * @throws StateRefusedException if something could not be, or no pass has come to its end
     */
    public void finish() {
        if (ended) {
            return;
        }
        refuseAgain();
        try {
            if (passes == 0) {
                throw new StateRefusedException("the content of the namespaces has not come to an end");
            }
            writer.drain();
            landings.values().forEach(writer::flush);
            writer.drain();
        } catch (StateRefusedException e) {
            failure = String.valueOf(e.getMessage());
            throw e;
        }
        abort();
    }

    /** Writes no more, and gives the back ends up. Idempotent. */
    public void abort() {
        if (!ended) {
            ended = true;
            writer.close();
        }
    }

    private void refuseAgain() {
        if (!failure.isEmpty()) {
            throw new StateRefusedException(failure);
        }
    }

    private static IllegalArgumentException foreign(Frame frame) {
        return new IllegalArgumentException(
                "no content of a namespace: " + frame.getClass().getSimpleName());
    }

    private void begin(Frame.Namespace frame) {
        int id = frame.id();
        if (passes > 0) {
            throw new StateRefusedException("the stream brings up namespace " + id + " after its first pass");
        }
        if (landings.containsKey(id)) {
            throw new StateRefusedException("the stream has two namespaces " + id);
        }
        int blockBytes = frame.blockBytes();
        if (!BlockCapabilities.isBlockSize(blockBytes)) {
            throw new StateRefusedException(
                    "namespace %d has blocks of %d bytes, which cannot be".formatted(id, blockBytes));
        }
        if (frame.blockCount() <= 0 || frame.blockCount() > Long.MAX_VALUE / blockBytes) {
            throw new StateRefusedException(
                    "namespace %d has %d blocks, which cannot be".formatted(id, frame.blockCount()));
        }
        BlockDevice device = target.deviceOf(id, blockBytes, frame.blockCount());
        check(frame, device);
        Landing landing =
                new Landing(id, blockBytes, frame.blockCount(), device, new BlockChangeLog(device.blockSizeBytes()));
        landings.put(id, landing);
        empty(landing);
        landing.touched().start(device.blockCount());
    }

    private static void check(Frame.Namespace frame, BlockDevice device) {
        int id = frame.id();
        if (device.capabilities().readOnly()) {
            throw new StateRefusedException("namespace " + id + " is read-only here: content cannot be copied to it");
        }
        if (!device.active()) {
            throw new StateRefusedException("namespace " + id + " is not this server's at present: another one has it");
        }
        if (frame.blockBytes() < device.blockSizeBytes()) {
            throw new StateRefusedException(
                    "namespace %d has blocks of %d bytes at the source, but its back end here has blocks of %d"
                            .formatted(id, frame.blockBytes(), device.blockSizeBytes()));
        }
        long wanted = frame.blockCount() * (frame.blockBytes() / device.blockSizeBytes());
        if (device.blockCount() < wanted) {
            throw new StateRefusedException("namespace %d has %d bytes at the source, but %d here: make it larger"
                    .formatted(
                            id,
                            frame.blockCount() * frame.blockBytes(),
                            device.blockCount() * device.blockSizeBytes()));
        }
    }

    private void empty(Landing landing) {
        BlockDevice device = landing.device();
        try {
            device.forEachAllocatedExtent(0, device.blockCount(), (first, count) -> {
                zeroInPieces(landing, first, count);
                return true;
            });
        } catch (BlockDeviceException | IllegalStateException e) {
            throw new StateRefusedException(
                    "namespace %d cannot be emptied: %s".formatted(landing.id(), e.getMessage()), e);
        }
        // What follows overlaps with it.
        writer.drain();
    }

    private void zeroInPieces(Landing landing, long first, long count) {
        long most = ZERO_BYTES / landing.device().blockSizeBytes();
        for (long at = first; at < first + count; at += most) {
            writer.zero(landing, at, Math.min(most, first + count - at));
        }
    }

    private void write(Frame.Data frame) {
        Landing landing = landing(frame.namespaceId());
        MemorySegment data = frame.data();
        if (data.byteSize() == 0 || data.byteSize() % landing.blockBytes() != 0) {
            throw new StateRefusedException(
                    "data of namespace %d has %d bytes, no whole blocks".formatted(landing.id(), data.byteSize()));
        }
        checkRange(landing, frame.firstBlock(), data.byteSize() / landing.blockBytes());
        writer.write(landing, frame.firstBlock() * landing.deviceBlocks(), data);
    }

    private void zero(Frame.Zeroes frame) {
        Landing landing = landing(frame.namespaceId());
        checkRange(landing, frame.firstBlock(), frame.blockCount());
        long first = frame.firstBlock() * landing.deviceBlocks();
        long end = first + frame.blockCount() * landing.deviceBlocks();
        long most = ZERO_BYTES / landing.device().blockSizeBytes();
        for (long at = first; at < end; at = Math.min(end, at + most)) {
            long count = Math.min(most, end - at);
            // What was not written since it was emptied is zero. What is under way counts as written.
            if (writer.writes(landing, at, count) || landing.touched().changed(at, count)) {
                writer.zero(landing, at, count);
            }
        }
    }

    private void endPass(Frame.PassEnd frame) {
        if (frame.number() != passes + 1) {
            throw new StateRefusedException("pass %d ends after pass %d".formatted(frame.number(), passes));
        }
        passes++;
        writer.drain();
    }

    private Landing landing(int id) {
        Landing landing = landings.get(id);
        if (landing == null) {
            throw new StateRefusedException(
                    "the stream has content of a namespace " + id + " that it has not brought up");
        }
        return landing;
    }

    private static void checkRange(Landing landing, long first, long count) {
        if (first < 0 || count <= 0 || first > landing.blockCount() - count) {
            throw new StateRefusedException("the stream has content of namespace %d beyond its %d blocks: %d from %d on"
                    .formatted(landing.id(), landing.blockCount(), count, first));
        }
    }
}
