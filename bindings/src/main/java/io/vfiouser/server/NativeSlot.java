package io.vfiouser.server;

import io.vfiouser.abi.NativeCalls;
import io.vfiouser.os.SocketControl;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The native context of the moment and its listening socket. The context's thread, but for {@link #context}, {@link #pointer} and
 * {@link #listenFd}, which any thread may call.
 */
final class NativeSlot {
    private final DeviceSpec spec;
    private final DeviceCallbacks callbacks;
    private final NativeCalls calls;
    private final SocketFile file;
    private final List<Consumer<NativeContext>> additions = new ArrayList<>();
    private volatile NativeContext context;
    private volatile int listenFd;

    /** Makes the first native context; clients find it when this returns. */
    NativeSlot(DeviceSpec spec, DeviceCallbacks callbacks, SocketFile file) {
        this.spec = spec;
        this.callbacks = callbacks;
        this.file = file;
        calls = spec.library().calls();
        Path temporary = file.temporary();
        try {
            context = NativeContext.create(spec, callbacks, temporary);
        } catch (RuntimeException | Error e) {
            // Level 0.1 leaves the file behind.
            SocketFile.discard(temporary);
            throw e;
        }
        try {
            listenFd = calls.getPollFd(context.pointer());
            file.publish(temporary);
        } catch (RuntimeException | Error e) {
            context.destroy();
            throw e;
        }
    }

    NativeContext context() {
        return context;
    }

    MemorySegment pointer() {
        return context.pointer();
    }

    int listenFd() {
        return listenFd;
    }

    /** Does something to this native context, and to each that replaces it. */
    void add(Consumer<NativeContext> addition) {
        addition.accept(context);
        additions.add(addition);
    }

    /**
     * Puts a new native context in the place of the old one. It takes over the listening socket, in whose queue the next client may be
     * already.
     */
    void replace() {
        NativeContext old = context;
        Path temporary = file.temporary();
        NativeContext next = NativeContext.create(spec, callbacks, temporary);
        SocketFile.discard(temporary);
        additions.forEach(addition -> addition.accept(next));
        int nextListenFd = calls.getPollFd(next.pointer());
        SocketControl.substitute(nextListenFd, listenFd);
        context = next;
        listenFd = nextListenFd;
        old.destroy();
    }

    /** Ends it all; new clients find nobody. */
    void destroy() {
        file.remove();
        context.destroy();
    }
}
