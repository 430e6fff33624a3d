package io.vfiouser.nvme;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.Frame;
import io.vfiouser.nvme.migration.FrameSink;
import io.vfiouser.nvme.migration.NamespaceReceiver;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.migration.StreamReader;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a destination is given, in the order that {@link StreamReader} sees to. The controller's state is kept until all has come; the namespaces' content goes to its medium at once.
 * Control thread only.
 */
final class IncomingStream implements FrameSink, AutoCloseable {
    private final StorageMode storage;
    private final Supplier<NamespaceReceiver> receiver;
    private final StreamReader reader = new StreamReader(this);
    private @Nullable NamespaceReceiver content;
    private @Nullable ControllerState controller;

    /** @param receiver makes what takes the namespaces' content, when the first of it comes; then it is the stream's */
    IncomingStream(StorageMode storage, Supplier<NamespaceReceiver> receiver) {
        this.storage = storage;
        this.receiver = receiver;
    }

    /** Takes the next bytes. */
    void write(MemorySegment from) {
        reader.write(from);
    }

    /** Whether nothing has come. */
    boolean untouched() {
        return reader.bytesRead() == 0;
    }

    /**
     * The controller's state, after everything has come and the content is durable.
     *
     * @throws StateRefusedException if the stream is not complete, or the content could not be stored
     */
    ControllerState finish() {
        reader.finish();
        Optional.ofNullable(content).ifPresent(NamespaceReceiver::finish);
        ControllerState complete = controller;
        if (complete == null) {
            throw new StateRefusedException("the stream ends without the controller's state");
        }
        return complete;
    }

    @Override
    public void take(Frame frame) {
        switch (frame) {
            case Frame.Header header -> begin(header);
            case Frame.Controller it -> controller = it.state();
            case Frame.End _ -> {}
            case Frame.Namespace _, Frame.Data _, Frame.Zeroes _, Frame.PassEnd _ -> takeContent(frame);
        }
    }

    private void begin(Frame.Header header) {
        if (header.storage() != storage) {
            throw new StateRefusedException(
                    "the source has --storage %s and this side --storage %s: both must have the same"
                            .formatted(name(header.storage()), name(storage)));
        }
    }

    private void takeContent(Frame frame) {
        if (storage == StorageMode.SHARED) {
            throw new StateRefusedException("the stream has content of namespaces where none is expected");
        }
        NamespaceReceiver sink = content;
        if (sink == null) {
            sink = receiver.get();
            content = sink;
        }
        sink.take(frame);
    }

    private static String name(StorageMode mode) {
        return switch (mode) {
            case COPY -> "copy";
            case SHARED -> "shared";
        };
    }

    /** Stops storing what has come, if that is still going on. */
    @Override
    public void close() {
        Optional.ofNullable(content).ifPresent(NamespaceReceiver::abort);
    }
}
