package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.IrqInfoFormat;
import io.vfiouser.client.wire.IrqSetFormat;
import io.vfiouser.os.EventFd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Asking for and setting up interrupts. */
final class IrqControl {
    private static final int[] NO_FDS = {};

    private final Connection connection;
    private final int maxFds;

    IrqControl(Connection connection, int maxFds) {
        this.connection = connection;
        this.maxFds = maxFds;
    }

    IrqInfo info(int index) {
        MemorySegment request = connection.request().asSlice(0, IrqInfoFormat.BYTES);
        request.fill((byte) 0);
        IrqInfoFormat.argumentBytes(request, IrqInfoFormat.BYTES);
        IrqInfoFormat.index(request, index);
        connection.call(Command.DEVICE_GET_IRQ_INFO, IrqInfoFormat.BYTES, IrqInfoFormat.BYTES);
        MemorySegment reply = connection.reply();
        int flags = IrqInfoFormat.flags(reply);
        if (IrqInfoFormat.index(reply) != index || IrqInfoFormat.count(reply) < 0) {
            throw new VfioUserException("the server described interrupts " + IrqInfoFormat.index(reply) + " instead of "
                    + index + ", or an impossible number of them");
        }
        return new IrqInfo(
                index,
                IrqInfoFormat.count(reply),
                (flags & IrqInfoFormat.EVENTFD) != 0,
                (flags & IrqInfoFormat.MASKABLE) != 0,
                (flags & IrqInfoFormat.AUTOMASKED) != 0,
                (flags & IrqInfoFormat.NORESIZE) != 0);
    }

    void set(int index, IrqAction action, int first, int count) {
        set(index, IrqSetFormat.DATA_NONE | action.flag(), first, count, NO_FDS, 0);
    }

    /** In as many messages as the server's limit on descriptors asks for. */
    void set(int index, IrqAction action, int first, EventFd[] eventFds) {
        if (eventFds.length > 0 && maxFds == 0) {
            throw new VfioUserException("the server takes no descriptors, so interrupts cannot signal eventfds");
        }
        int done = 0;
        while (done < eventFds.length) {
            int[] fds = new int[Math.min(maxFds, eventFds.length - done)];
            for (int i = 0; i < fds.length; i++) {
                fds[i] = eventFds[done + i].fd().value();
            }
            set(index, IrqSetFormat.DATA_EVENTFD | action.flag(), first + done, fds.length, fds, 0);
            done += fds.length;
        }
    }

    /** Takes the eventfds away. */
    void clear(int index, IrqAction action, int first, int count) {
        set(index, IrqSetFormat.DATA_EVENTFD | action.flag(), first, count, NO_FDS, 0);
    }

    /** Only those of the range whose entry is true. */
    void set(int index, IrqAction action, int first, boolean[] chosen) {
        MemorySegment request = connection.request();
        if (chosen.length > request.byteSize() - IrqSetFormat.BYTES) {
            throw new IllegalArgumentException(chosen.length + " interrupts at once");
        }
        for (int i = 0; i < chosen.length; i++) {
            request.set(ValueLayout.JAVA_BYTE, IrqSetFormat.BYTES + i, (byte) (chosen[i] ? 1 : 0));
        }
        set(index, IrqSetFormat.DATA_BOOL | action.flag(), first, chosen.length, NO_FDS, chosen.length);
    }

    private void set(int index, int flags, int first, int count, int[] fds, int dataBytes) {
        MemorySegment request = connection.request();
        IrqSetFormat.argumentBytes(request, IrqSetFormat.BYTES + dataBytes);
        IrqSetFormat.flags(request, flags);
        IrqSetFormat.index(request, index);
        IrqSetFormat.start(request, first);
        IrqSetFormat.count(request, count);
        connection.call(Command.DEVICE_SET_IRQS, IrqSetFormat.BYTES + dataBytes, fds, 0);
    }
}
