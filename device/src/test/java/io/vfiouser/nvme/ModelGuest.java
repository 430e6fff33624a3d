package io.vfiouser.nvme;

import io.vfiouser.nvme.ReferenceModel.Command;
import io.vfiouser.nvme.ReferenceModel.Kind;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.HostTransport;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A host with one I/O queue pair that does not know where its controller is. It checks what completes against the model. */
final class ModelGuest implements HostTransport {
    private static final int SUBMISSION_ENTRIES = 16;
    private static final int COMPLETION_ENTRIES = 4;
    private static final int SLOTS = 32;
    private static final int DATA_PAGES = SLOTS * ModelMedium.BLOCK_BYTES / ModelMemory.PAGE;
    private static final byte UNREAD = 0x5A;

    private final ReferenceModel model;
    private final BitSet writtenPages = new BitSet(ModelMemory.PAGES);
    private ModelSide place;
    private @Nullable HostQueue queue;
    private long outgoingData;
    private long incomingData;
    private int[] slotOf = new int[0];
    private int slots;

    ModelGuest(ReferenceModel model, ModelSide place) {
        this.model = model;
        this.place = place;
    }

    /** Whether it has set the controller up. */
    boolean up() {
        return queue != null;
    }

    void moveTo(ModelSide side) {
        place = side;
    }

    /** The pages that it may have written since {@link #pagesCopied}. */
    BitSet writtenPages() {
        return writtenPages;
    }

    /** All of its memory was copied. What it fills as it submits counts as written in any case. */
    void pagesCopied() {
        writtenPages.clear();
        if (up()) {
            // Submission queues and what is to be written.
            writtenPages.set(0);
            writtenPages.set(2);
            writtenPages.set(page(outgoingData), page(outgoingData) + DATA_PAGES);
        }
    }

    private static int page(long address) {
        return (int) ((address - ModelMemory.IOVA) / ModelMemory.PAGE);
    }

    /** The controller is not what it was: it was reset, or this is another guest. */
    void begin() {
        queue = null;
    }

    /** Sets up what has to be as after power-on. */
    void setUp(ModelMedium medium) {
        place.disk().letGo();
        place.settle();
        String traces = place.bar0().traces();
        if (traces != null) {
            throw new AssertionError("not as after power-on: " + traces);
        }
        model.forgetHost(medium);
        place.connect();
        writtenPages.set(0, ModelMemory.PAGES);
        memory().fill((byte) 0);
        NvmeHost host = new NvmeHost(this);
        host.enable();
        queue = host.createQueues(1, 1, SUBMISSION_ENTRIES, COMPLETION_ENTRIES, 1);
        outgoingData = host.allocate(DATA_PAGES);
        incomingData = host.allocate(DATA_PAGES);
        slice(incomingData, (long) DATA_PAGES * ModelMemory.PAGE).fill(UNREAD);
        slotOf = new int[1 << 8];
        slots = 0;
    }

    private HostQueue queue() {
        HostQueue present = queue;
        if (present == null) {
            throw new IllegalStateException("not set up");
        }
        return present;
    }

    /** Submits one command, if the submission queue has room. */
    void submit() {
        if (model.outstanding() >= SUBMISSION_ENTRIES - 1) {
            return;
        }
        Command command = model.next();
        int slot = slots++ % SLOTS;
        long offset = (long) slot * ModelMedium.BLOCK_BYTES;
        int id = queue().submit((sq, at, cid) -> {
            switch (command.kind()) {
                case WRITE -> {
                    slice(outgoingData + offset, ModelMedium.BLOCK_BYTES).fill(command.stamp());
                    IoCommand.write(sq, at, cid, 1, command.block(), 1, 0, outgoingData + offset, 0);
                }
                case READ -> IoCommand.read(sq, at, cid, 1, command.block(), 1, incomingData + offset, 0);
                case FLUSH -> IoCommand.flush(sq, at, cid, 1);
            }
        });
        slotOf[id] = slot;
        model.submitted(id, command);
    }

    /** What it does last before it stands still: a command that the device does not look at before it stands still, too. */
    void submitAtLast() {
        if (up()) {
            submit();
        }
    }

    /** Submits until what it waits for fills the completion queue, and one more. */
    void fill() {
        do {
            submit();
        } while (model.outstanding() < COMPLETION_ENTRIES);
    }

    /** Consumes what has completed, and makes sure that it is what was to come, and that there was an interrupt for it. */
    void reap() {
        int count = 0;
        for (Optional<HostCompletion> next = queue().peek(); next.isPresent(); next = queue().peek()) {
            check(next.get());
            count++;
        }
        if (count > 0) {
            if (!place.takeInterrupt()) {
                throw new AssertionError("no interrupt for " + count + " completions");
            }
            queue().consume();
        }
    }

    private void check(HostCompletion completion) {
        Command command = model.completed(completion.commandId());
        if (command == null) {
            throw new AssertionError("completed twice, or never submitted: " + completion);
        }
        if (completion.statusField() != StatusCode.SUCCESS.field()) {
            throw new AssertionError(command + " failed: " + completion);
        }
        if (command.kind() == Kind.READ) {
            checkData(command, incomingData + (long) slotOf[completion.commandId()] * ModelMedium.BLOCK_BYTES);
        }
    }

    private void checkData(Command command, long address) {
        MemorySegment data = slice(address, ModelMedium.BLOCK_BYTES);
        for (int i = 0; i < ModelMedium.BLOCK_BYTES; i++) {
            if (data.get(ValueLayout.JAVA_BYTE, i) != command.stamp()) {
                throw new AssertionError("%s brought %02x".formatted(command, data.get(ValueLayout.JAVA_BYTE, i)));
            }
        }
    }

    private MemorySegment slice(long address, long lengthBytes) {
        return memory().asSlice(address - ModelMemory.IOVA, lengthBytes);
    }

    @Override
    public int read32(int register) {
        return place.bar0().read32(register);
    }

    @Override
    public long read64(int register) {
        return place.bar0().read64(register);
    }

    @Override
    public void write32(int register, int value) {
        place.bar0().write32(register, value);
    }

    @Override
    public void write64(int register, long value) {
        place.bar0().write64(register, value);
    }

    @Override
    public void doorbell(int offset, int value) {
        place.bar0().doorbell(offset, value);
    }

    @Override
    public MemorySegment memory() {
        return place.memory().segment();
    }

    @Override
    public long iova() {
        return ModelMemory.IOVA;
    }

    @Override
    public void progress() {
        int ignored = place.step();
    }
}
