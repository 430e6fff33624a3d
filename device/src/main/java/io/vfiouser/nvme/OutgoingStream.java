package io.vfiouser.nvme;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.Frame;
import io.vfiouser.nvme.migration.FrameSource;
import io.vfiouser.nvme.migration.NamespaceSender;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.migration.StreamWriter;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a source gives out: the header, the namespaces' content where that moves too, the controller once it stands still, the end.
 * Control thread only.
 */
final class OutgoingStream implements FrameSource, AutoCloseable {
    private enum Next {
        HEADER,
        CONTENT,
        END,
        NOTHING
    }

    private final StorageMode storage;
    private final String software;
    private final Optional<NamespaceSender> content;
    private final Supplier<ControllerState> controller;
    private final StreamWriter writer = new StreamWriter(this);
    private Next next = Next.HEADER;
    private boolean finishing;

    /**
     * @param software by what this side calls itself, for people
     * @param content the namespaces' content, if it moves; becomes the stream's
     * @param controller saves the controller, once, after {@link #finish}
     */
    OutgoingStream(
            StorageMode storage,
            String software,
            Optional<NamespaceSender> content,
            Supplier<ControllerState> controller) {
        this.storage = storage;
        this.software = software;
        this.content = content;
        this.controller = controller;
    }

    /** The controller stands still from now on: the stream goes to its end. */
    void finish() {
        finishing = true;
        content.ifPresent(NamespaceSender::finish);
    }

    /** Fills the segment; less only if there is nothing more, for now or for ever. Returns how much. */
    long read(MemorySegment into) {
        return writer.read(into);
    }

    /** Whether all of it was read. */
    boolean ended() {
        return writer.ended();
    }

    /** An estimate of what is still to be read. */
    long remainingBytes() {
        return content.map(NamespaceSender::remainingBytes).orElse(0L);
    }

    @Override
    public @Nullable Frame next() {
        return switch (next) {
            case HEADER -> {
                next = Next.CONTENT;
                yield new Frame.Header(storage, software);
            }
            case CONTENT -> contentOrController();
            case END -> {
                next = Next.NOTHING;
                yield new Frame.End();
            }
            case NOTHING -> null;
        };
    }

    private @Nullable Frame contentOrController() {
        Frame frame = content.map(NamespaceSender::next).orElse(null);
        if (frame != null || !finishing) {
            return frame;
        }
        next = Next.END;
        return new Frame.Controller(controller.get());
    }

    /** Gives up what the content needed. */
    @Override
    public void close() {
        content.ifPresent(NamespaceSender::close);
    }
}
