package io.vfiouser.server;

import io.vfiouser.os.Errno;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * Raises interrupts from any thread, although the library may be used by one thread only.
 *
 * <p><b>Why a gate.</b> {@code vfu_irq_trigger} writes to an event descriptor that the library keeps. A client's SET_IRQS message, or its
 * loss, closes and replaces those descriptors on the context's thread; a trigger at that moment would write into a
 * descriptor that belongs to something else by then. So the context's thread closes the gate around everything that may do that; a
 * poller that finds it closed leaves a pending bit, and the context's thread sends what is pending after it opened the gate. Between
 * closings, triggering only reads the library's state, so several threads may do it.
 *
 * <p><b>Which vectors have a descriptor</b> the library tells nobody, and a trigger of a vector without one makes it log an error. So each
 * vector is in one of three states. After a message that may attach or detach descriptors every vector is <em>unknown</em>. A
 * pending vector that is unknown is tried by the context's thread, with the library's complaint suppressed: it becomes <em>attached</em>
 * (and was delivered) or <em>absent</em>. Pollers trigger attached vectors only. An interrupt of an absent or masked vector stays
 * pending, like a bit of the MSI-X pending bit array, until a descriptor is attached, the vector is unmasked, or the device is
 * reset: a restored device may raise interrupts before its client has attached anything.
 *
 * <p>A trigger of an attached vector that fails is not repeated: the counter of the client's event descriptor is at its end (then the
 * client is woken anyway), or the client attached something that cannot be written, which is its own loss.
 *
 * <p>A client chooses its descriptors; one that hands over a blocking descriptor which is full blocks whoever triggers it. Only devices
 * that serve several clients from one poller need to mind.
 *
 * @see IrqType
 */
public final class InterruptGate {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int SPINS_BEFORE_PAUSE = 1000;
    private static final long PAUSE_NANOS = 10_000;

    private static final int UNKNOWN = 0;
    private static final int ATTACHED = 1;
    private static final int ABSENT = 2;
    private static final int KNOWLEDGE = 3;
    private static final int MASKED = 4;

    private static final VarHandle GATE;
    private static final VarHandle STATES = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle PENDING = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            GATE = MethodHandles.lookup().findVarHandle(InterruptGate.class, "gate", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Triggers one vector: 0 or a negative error number. Called with the gate open. */
    @FunctionalInterface
    interface Trigger {
        int trigger(int vector);
    }

    private final Trigger trigger;
    private final Runnable wake;
    private final int[] states;
    private final long[] pending;
    private final Map<IrqType, BitSet> masks = new EnumMap<>(IrqType.class);

    /** The kind whose masks count: the last one that descriptors were attached for. The context's thread only. */
    private IrqType active = IrqType.MSIX;

    /** Threads inside {@link #trigger}, and {@link #CLOSED}. */
    @SuppressWarnings("unused") // through GATE
    private int gate = CLOSED;

    /** The thread that is trying vectors it does not know, for {@link #trying}. */
    private volatile boolean trying;

    InterruptGate(int vectors, Trigger trigger, Runnable wake) {
        this.trigger = trigger;
        this.wake = wake;
        this.states = new int[vectors];
        this.pending = new long[(vectors + Long.SIZE - 1) / Long.SIZE];
        for (IrqType type : IrqType.values()) {
            masks.put(type, new BitSet());
        }
    }

    /** How many vectors there are. */
    public int vectors() {
        return states.length;
    }

    /**
     * Raises an interrupt. Any thread, without blocking; on the context's thread inside callbacks too. Raising a vector that is
     * pending already changes nothing.
     *
     * @throws IndexOutOfBoundsException if there is no such vector
     */
    public void raise(int vector) {
        Objects.checkIndex(vector, states.length);
        while (true) {
            if (enter()) {
                try {
                    if ((int) STATES.getVolatile(states, vector) == ATTACHED) {
                        int ignored = trigger.trigger(vector);
                        return;
                    }
                } finally {
                    leave();
                }
            }
            setPending(vector);
            // From here on the context's thread finds the bit when it opens the gate; what was missed is an opening, or
            // a change
            // of the vector's state, between the look at it and the bit.
            if ((int) GATE.getVolatile(this) < 0) {
                return;
            }
            int state = (int) STATES.getVolatile(states, vector);
            if (state == ATTACHED) {
                if (!takePending(vector)) {
                    return;
                }
            } else {
                if (state == UNKNOWN) {
                    wake.run();
                }
                return;
            }
        }
    }

    /** Whether an interrupt waits for its vector to be attached or unmasked, or for the context's thread. Any thread. */
    public boolean isPending(int vector) {
        Objects.checkIndex(vector, states.length);
        return ((long) PENDING.getVolatile(pending, vector >> 6) & (1L << vector)) != 0;
    }

    /** The vectors whose interrupt {@linkplain #isPending waits}, in ascending order, as a migration takes them along. Any thread. */
    public List<Integer> pendingVectors() {
        List<Integer> vectors = new ArrayList<>();
        for (int vector = 0; vector < states.length; vector++) {
            if (isPending(vector)) {
                vectors.add(vector);
            }
        }
        return vectors;
    }

    private boolean enter() {
        if ((int) GATE.getAndAdd(this, 1) >= 0) {
            return true;
        }
        leave();
        return false;
    }

    private void leave() {
        int ignored = (int) GATE.getAndAdd(this, -1);
    }

    private void setPending(int vector) {
        long ignored = (long) PENDING.getAndBitwiseOr(pending, vector >> 6, 1L << vector);
    }

    private boolean takePending(int vector) {
        long bit = 1L << vector;
        return ((long) PENDING.getAndBitwiseAnd(pending, vector >> 6, ~bit) & bit) != 0;
    }

    // What follows belongs to the context's thread.

    /** Closes the gate and waits until no thread is inside. May be called when it is closed. */
    void close() {
        int ignored = (int) GATE.getAndBitwiseOr(this, CLOSED);
        int spins = 0;
        while (((int) GATE.getVolatile(this) & ~CLOSED) != 0) {
            if (++spins > SPINS_BEFORE_PAUSE) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** Opens the gate and sends what is pending. */
    void open() {
        int ignored = (int) GATE.getAndBitwiseAnd(this, ~CLOSED);
        service();
    }

    boolean isOpen() {
        return (int) GATE.getVolatile(this) >= 0;
    }

    /** Sends what is pending and can be sent, trying vectors whose state is unknown. The gate is open. */
    void service() {
        for (int word = 0; word < pending.length; word++) {
            long bits = (long) PENDING.getVolatile(pending, word);
            while (bits != 0) {
                int vector = (word << 6) + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                service(vector);
            }
        }
    }

    private void service(int vector) {
        int state = (int) STATES.getVolatile(states, vector);
        if (state == ATTACHED && takePending(vector)) {
            int ignored = trigger.trigger(vector);
        } else if (state == UNKNOWN && takePending(vector)) {
            trying = true;
            int result;
            try {
                result = trigger.trigger(vector);
            } finally {
                trying = false;
            }
            boolean attached = result != -Errno.ENOENT;
            if (!attached) {
                setPending(vector);
            }
            STATES.setVolatile(states, vector, attached ? ATTACHED : ABSENT);
            // A poller may have set the bit again while the state was unknown; its wake-up leads back here.
        }
    }

    /** Whether the library is being asked for something it may complain about. */
    boolean trying() {
        return trying;
    }

    /** Descriptors may have been attached or detached. The gate is closed. */
    void descriptorsChanged() {
        for (int vector = 0; vector < states.length; vector++) {
            setKnowledge(vector, UNKNOWN);
        }
    }

    /** Descriptors of this kind were attached: its masks count from now on. The gate is closed. */
    void activate(IrqType type) {
        active = type;
        applyMasks();
    }

    /** A client masked or unmasked vectors. The gate is closed. */
    void mask(IrqType type, int first, int count, boolean masked) {
        int end = (int) Math.min(states.length, (long) first + Integer.toUnsignedLong(count));
        if (first >= 0 && first < end) {
            mask(type).set(first, end, masked);
            applyMasks();
        }
    }

    /** A kind of interrupts was disabled: nothing of it is masked any more. The gate is closed. */
    void unmaskAll(IrqType type) {
        mask(type).clear();
        applyMasks();
    }

    private BitSet mask(IrqType type) {
        return masks.computeIfAbsent(type, ignored -> new BitSet());
    }

    private void applyMasks() {
        BitSet masked = mask(active);
        for (int vector = 0; vector < states.length; vector++) {
            int knowledge = (int) STATES.getVolatile(states, vector) & KNOWLEDGE;
            STATES.setVolatile(states, vector, masked.get(vector) ? knowledge | MASKED : knowledge);
        }
    }

    private void setKnowledge(int vector, int knowledge) {
        int flags = (int) STATES.getVolatile(states, vector) & ~KNOWLEDGE;
        STATES.setVolatile(states, vector, flags | knowledge);
    }

    /** Forgets interrupts that were not sent: the device was reset. */
    void clearPending() {
        for (int word = 0; word < pending.length; word++) {
            PENDING.setVolatile(pending, word, 0L);
        }
    }

    /** Forgets everything the client did: it is gone. The gate is closed. */
    void forgetClient() {
        masks.values().forEach(BitSet::clear);
        active = IrqType.MSIX;
        applyMasks();
        descriptorsChanged();
        clearPending();
    }
}
