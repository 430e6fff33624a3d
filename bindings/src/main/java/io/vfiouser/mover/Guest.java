package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What runs on the device that is moved. The mover calls every method from its own single thread, in this order:
 *
 * <pre>
 * prepare(destination)
 * pause() resume()                    for a moment, while dirty logging is switched on
 * pause()
 *   switchTo(destination) resume()    when the device has moved within this process
 *   left()                            when guest and device have moved to another process
 *   rollBack() resume()               when the move failed, was cancelled, or would not end
 * </pre>
 *
 * <p>{@link #rollBack} may come at any point of it before {@code switchTo} or {@code left}, the guest running or paused, also before {@code
 * prepare}. While the guest is not paused it uses the source as always.
 *
 * <p><b>The source's client.</b> {@link VfioUserClient} is for one thread at a time, and the mover uses it while the guest runs. Guest and
 * mover take turns by {@link #clientLock}: the guest holds it for each exchange of messages with the source, the mover does the same.
 * Doorbells in mapped memory need no lock.
 *
 * <p><b>Memory.</b> After its stores to guest memory the guest calls {@link GuestMemory#markWritten}.
 */
public interface Guest {
    /**
     * Held by whoever exchanges messages with the source, for as short as possible. Always the same object; the mover must not find it held
     * for ever by a paused guest. A guest that exchanges messages all the time needs a fair lock, or the mover hardly gets its turn.
     */
    Lock clientLock();

    /**
     * The destination is connected and knows the memory; its device has not begun to take the state. Here the guest does what takes time or
     * is not possible later: hands over its eventfds (the same that the source has: an interrupt too many does no harm), maps doorbells. It
     * must not touch the device otherwise. The guest keeps running on the source.
     */
    default void prepare(VfioUserClient destination) {}

    /**
     * Stops the guest. When this returns no thread of the guest accesses memory, mapped doorbells or the client, and every store it made is
     * marked; until {@link #resume}. Outstanding commands stay outstanding.
     *
     * @throws GuestPauseException if the guest does not stop within a bounded time; it goes on then as if nothing had been asked
     */
    void pause();

    /** Lets the guest go on, on the device it was last told of. */
    void resume();

    /**
     * While paused: from now on the device is behind this client, which was given to {@link #prepare}; accesses, mapped doorbells and
     * interrupts go there. The memory is at the same addresses, and is the destination's already. The client now is the guest's, the
     * source's is not any more: the mover closes it soon. Must not fail, since the device runs at the destination already; what can fail
     * belongs into {@code prepare}. What cannot be done is reported by the guest's own means when it goes on.
     */
    void switchTo(VfioUserClient destination);

    /** The guest stays at the source, which works again. Forgets what {@link #prepare} got; the mover closes that client. */
    default void rollBack() {}

    /**
     * While paused, before a move to another process: whatever the guest has to know there, to go on with. Guest memory is not part of it.
     * The move fails if this does, and may fail later: then the guest goes on here as if nothing had been asked.
     */
    default byte[] save() {
        return new byte[0];
    }

    /**
     * While paused: the guest goes on in another process, and never again here, also if {@link #resume} is called. Neither memory nor device
     * may be touched any more.
     */
    default void left() {}

    /** Nobody: a device that is moved without being used. */
    static Guest none() {
        return new Nobody();
    }

    /** The guest of a device that nobody uses. */
    final class Nobody implements Guest {
        private final Lock lock = new ReentrantLock();

        private Nobody() {}

        @Override
        public Lock clientLock() {
            return lock;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void switchTo(VfioUserClient destination) {}
    }
}
