package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the control thread and the pollers of one controller share. The plain fields are written by the control thread while all
 * pollers stand still.
 */
final class SharedState {
    /** What an error log entry says of a queue or command that does not exist. */
    private static final int NOBODY = 0xFFFF;
    /** The burst where the host sets no limit: enough to make passes cheap, few enough to be fair. */
    static final int LARGEST_BURST = 64;

    final GuestMemory memory;
    final DoorbellPage doorbells;
    final InterruptSink interrupts;
    final ErrorLog errorLog = new ErrorLog();
    final InternalFaults faults = new InternalFaults();
    /** By what log messages name the controller. */
    final String name;

    final GuestMistakes mistakes;
    final AtomicBoolean invalidDoorbellValue = new AtomicBoolean();
    final AtomicBoolean invalidDoorbellRegister = new AtomicBoolean();

    /** Largest transfer of a command. */
    long transferBytes;
    /** Binary logarithm of the memory page, from CC.MPS. */
    int pageShift = 12;
    /** The volatile write cache is switched off: each write is durable when it completes. */
    boolean durableWrites;
    /** How interrupts of I/O completion queues are gathered. */
    InterruptCoalescing coalescing = InterruptCoalescing.NONE;
    /** Commands taken from one I/O submission queue before the next gets its turn. */
    int arbitrationBurst = LARGEST_BURST;

    SharedState(GuestMemory memory, DoorbellPage doorbells, InterruptSink interrupts, String name, long transferBytes) {
        this.memory = memory;
        this.doorbells = doorbells;
        this.interrupts = interrupts;
        this.name = name;
        this.mistakes = new GuestMistakes(name, System::nanoTime);
        this.transferBytes = transferBytes;
    }

    /** A doorbell holds a value that its queue cannot have. Any thread. */
    void invalidDoorbellValue(String queue, int queueId, int value) {
        mistakes.warn(() -> "%s queue %d cannot have doorbell value %d".formatted(queue, queueId, value));
        errorLog.add(NOBODY, NOBODY, StatusCode.SUCCESS.field(), ErrorLogEntry.NO_LOCATION, 0, 0, 0);
        invalidDoorbellValue.set(true);
    }

    /** A doorbell was written whose queue does not exist. Control thread, since only trapped doorbells show it. */
    void invalidDoorbellRegister(long offset) {
        mistakes.warn(() -> "no queue has the doorbell at BAR0 offset %x".formatted(offset));
        errorLog.add(NOBODY, NOBODY, StatusCode.SUCCESS.field(), ErrorLogEntry.NO_LOCATION, 0, 0, 0);
        invalidDoorbellRegister.set(true);
    }

    /** The host has not kept the controller alive. Control thread. */
    void keepAliveExpired() {
        errorLog.add(NOBODY, NOBODY, StatusCode.KEEP_ALIVE_TIMER_EXPIRED.field(), ErrorLogEntry.NO_LOCATION, 0, 0, 0);
    }

    /**
     * Records a failed command and returns the status field for its completion, which says that the log has more. Any thread.
     */
    int commandFailed(String name, int queueId, int commandId, int nsid, int opcode, int status, long lba) {
        int field = CommandStatus.field(status) | StatusCode.MORE;
        faults.commandFailed(field);
        errorLog.add(queueId, commandId, field, CommandStatus.location(status), lba, nsid, opcode);
        mistakes.warn(() -> "%s (queue %d, command %d, namespace %s) failed: %s"
                .formatted(
                        name,
                        queueId,
                        commandId,
                        nsid == SubmissionEntry.NSID_ALL ? "all" : Integer.toUnsignedString(nsid),
                        StatusCode.describe(field)));
        return field;
    }

    /** Whether such an event is still to be raised. */
    boolean invalidDoorbell(AsynchronousEvent event) {
        return flag(event).get();
    }

    /** Whether such an event is to be raised; it is the caller's then. */
    boolean takeInvalidDoorbell(AsynchronousEvent event) {
        AtomicBoolean flag = flag(event);
        return flag.get() && flag.getAndSet(false);
    }

    private AtomicBoolean flag(AsynchronousEvent event) {
        return event.equals(AsynchronousEvent.INVALID_DOORBELL_VALUE) ? invalidDoorbellValue : invalidDoorbellRegister;
    }
}
