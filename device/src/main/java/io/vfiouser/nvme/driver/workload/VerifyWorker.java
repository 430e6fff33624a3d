package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.spec.NvmOpcode;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One queue of a verified run: a load until it is told to stop, then a flush, and all that was written read back. Each unit of its share has at most one command in flight, so what a read must bring is known
 * exactly: the generation of the last completed write. A flush covers the writes that completed before it was submitted; when
 * it completes, they go to the journal.
 */
final class VerifyWorker implements QueueTask, CompletionHandler {

    private static final Duration NAP = Duration.ofMillis(20);
    private static final int READ_PERCENT = 40;
    private static final int NO_UNIT = -1;
    private static final int LOOK_FOR_IDLE_UNIT = 16;

    private final Workers workers;
    private final TransferSlots slots;
    private final UnitShare share;
    private final VerifySettings settings;
    private final @Nullable FlushJournal journal;
    private final MismatchLog mismatches;
    private final WorkerTimeline timeline;
    private final BooleanSupplier goOn;
    private final int depth;
    private SplittableRandom random;

    /** What it does, in this order. */
    private enum Phase {
        LOAD,
        /** What is in flight completes, and what was written is flushed. */
        SETTLE,
        READ_BACK,
        ENDED
    }

    /** Generation of the last completed write of each unit of the share; 0 if there was none. */
    private final int[] generations;

    private final boolean[] busy;
    private final int[] slotUnit;
    private final int[] slotOpcode;
    private final int[] idleSlots;
    private int idleCount;

    private final FlushSet written;
    private final FlushSet flushing;
    private boolean flushInFlight;

    private Phase phase = Phase.LOAD;
    /** Whether a completion of the poll at hand has been seen. */
    private boolean inBatch;
    /** The next unit to be read back. */
    private int nextBack;

    private long writes;
    private long reads;
    private long flushes;
    private long unitsChecked;

    VerifyWorker(
            Workers workers,
            TransferSlots slots,
            UnitShare share,
            VerifySettings settings,
            @Nullable FlushJournal journal,
            MismatchLog mismatches,
            WorkerTimeline timeline,
            BooleanSupplier goOn) {
        this.workers = workers;
        this.slots = slots;
        this.share = share;
        this.settings = settings;
        this.journal = journal;
        this.mismatches = mismatches;
        this.timeline = timeline;
        this.goOn = goOn;
        this.depth = settings.depthOfQueue(share, slots.count());
        this.random = new SplittableRandom(settings.run() + share.queue());
        this.generations = new int[share.size()];
        this.busy = new boolean[share.size()];
        this.slotUnit = new int[slots.count()];
        this.slotOpcode = new int[slots.count()];
        this.idleSlots = new int[slots.count()];
        for (int i = 0; i < depth; i++) {
            release(i);
        }
        int room = 2 * settings.flushEvery() + slots.count();
        this.written = new FlushSet(room);
        this.flushing = new FlushSet(room);
    }

    /** The worker stands. */
    void save(GuestStateWriter into) {
        // The state of a generator cannot be had; one that begins anew from its next number will do.
        into.i64(random.nextLong()).ints(generations, generations.length);
        into.ints(slotUnit, slotUnit.length).ints(slotOpcode, slotOpcode.length).ints(idleSlots, idleCount);
        written.save(into);
        flushing.save(into);
        into.i64(writes).i64(reads).i64(flushes);
    }

    /** Takes what {@link #save} wrote; before it runs. */
    void restore(GuestStateReader from) {
        random = new SplittableRandom(from.i64());
        copy(from.ints(generations.length), generations, "generations");
        copy(from.ints(slotUnit.length), slotUnit, "units in flight");
        copy(from.ints(slotOpcode.length), slotOpcode, "commands in flight");
        int[] idle = from.ints(slotUnit.length);
        written.restore(from);
        flushing.restore(from);
        writes = from.i64();
        reads = from.i64();
        flushes = from.i64();
        idleCount = idle.length;
        System.arraycopy(idle, 0, idleSlots, 0, idleCount);
        GuestStateReader.require(
                Arrays.stream(generations).allMatch(generation -> generation >= 0), "a generation is negative");
        takeInFlight(idle);
    }

    private static void copy(int[] from, int[] into, String what) {
        GuestStateReader.require(from.length == into.length, "there are " + from.length + " " + what);
        System.arraycopy(from, 0, into, 0, into.length);
    }

    /** What is not idle is in flight on the queue, and nothing else is. */
    private void takeInFlight(int[] idle) {
        boolean[] known = new boolean[slotUnit.length];
        for (int slot : idle) {
            GuestStateReader.require(slot >= 0 && slot < known.length && !known[slot], "an idle slot is none");
            known[slot] = true;
        }
        long[] tags = slots.queue().tagsInFlight();
        GuestStateReader.require(idle.length + tags.length == depth, "slots are neither idle nor in flight");
        int writesInFlight = 0;
        for (long tag : tags) {
            GuestStateReader.require(
                    tag >= 0 && tag < known.length && !known[(int) tag], "a command in flight belongs to no slot");
            int slot = (int) tag;
            known[slot] = true;
            boolean flush = slotOpcode[slot] == NvmOpcode.FLUSH;
            if (flush) {
                GuestStateReader.require(!flushInFlight && slotUnit[slot] == NO_UNIT, "two flushes are in flight");
                flushInFlight = true;
                continue;
            }
            int unit = slotUnit[slot];
            writesInFlight += slotOpcode[slot] == NvmOpcode.WRITE ? 1 : 0;
            GuestStateReader.require(
                    slotOpcode[slot] == NvmOpcode.WRITE || slotOpcode[slot] == NvmOpcode.READ,
                    "a command in flight is of no kind that the load uses");
            GuestStateReader.require(unit >= 0 && unit < busy.length && !busy[unit], "a unit in flight is none");
            busy[unit] = true;
        }
        GuestStateReader.require(
                written.size() + writesInFlight <= written.capacity(), "more was written than is flushed at a time");
    }

    long writes() {
        return writes;
    }

    long reads() {
        return reads;
    }

    long flushes() {
        return flushes;
    }

    /** Commands that completed; may be asked by other threads, who get what was true a moment ago. */
    long completions() {
        return writes + reads + flushes;
    }

    long unitsChecked() {
        return unitsChecked;
    }

    @Override
    public boolean ended() {
        return phase == Phase.ENDED;
    }

    @Override
    public int step() {
        if (phase == Phase.LOAD && (workers.stopped() || !goOn.getAsBoolean())) {
            phase = Phase.SETTLE;
        }
        switch (phase) {
            case LOAD -> fill();
            case SETTLE -> settle();
            case READ_BACK -> readBack();
            case ENDED -> {
                return 0;
            }
        }
        // In the end too: a completion that nobody asked for stands behind the last that somebody did.
        return poll();
    }

    private void fill() {
        while (idleCount > 0) {
            if (written.size() >= settings.flushEvery() && !flushInFlight) {
                flush();
            } else if (!submitRandom()) {
                return;
            }
        }
    }

    private boolean submitRandom() {
        int index = idleUnit();
        if (index == NO_UNIT) {
            return false;
        }
        boolean mayWrite = written.size() < 2 * settings.flushEvery();
        if (generations[index] != 0 && (!mayWrite || random.nextInt(100) < READ_PERCENT)) {
            int slot = take(index, NvmOpcode.READ);
            slots.read(slot, share.unit(index));
        } else if (mayWrite) {
            int slot = take(index, NvmOpcode.WRITE);
            slots.write(slot, share.unit(index), generations[index] + 1L);
        } else {
            return false;
        }
        return true;
    }

    /** A unit without a command in flight; half of the time among the first few, so that some are written often. */
    private int idleUnit() {
        int size = generations.length;
        int index = random.nextInt(random.nextBoolean() ? size : Math.min(size, 4 * slots.count()));
        for (int i = 0; i < LOOK_FOR_IDLE_UNIT; i++) {
            if (!busy[index]) {
                return index;
            }
            index = index + 1 == size ? 0 : index + 1;
        }
        return NO_UNIT;
    }

    private void flush() {
        flushing.takeFrom(written);
        flushInFlight = true;
        slots.flush(take(NO_UNIT, NvmOpcode.FLUSH));
    }

    private void settle() {
        if (slots.queue().outstanding() > 0) {
            return;
        }
        if (workers.stopped()) {
            phase = Phase.ENDED;
        } else if (written.size() > 0) {
            flush();
        } else {
            phase = Phase.READ_BACK;
        }
    }

    private void readBack() {
        while (nextBack < generations.length && idleCount > 0 && !workers.stopped()) {
            if (generations[nextBack] != 0) {
                slots.read(take(nextBack, NvmOpcode.READ), share.unit(nextBack));
                unitsChecked++;
            }
            nextBack++;
        }
        if (slots.queue().outstanding() == 0) {
            phase = Phase.ENDED;
        }
    }

    private int poll() {
        inBatch = false;
        int done = settings.sleep()
                ? slots.queue().await(this, NAP)
                : slots.queue().poll(this);
        if (done > 0) {
            timeline.completed(done);
        }
        return done;
    }

    @Override
    public void completed(long tag, int statusField, long result) {
        if (!inBatch) {
            inBatch = true;
            timeline.completing();
        }
        int slot = (int) tag;
        int index = slotUnit[slot];
        if (statusField != 0) {
            String where = index == NO_UNIT ? "" : " of unit " + share.unit(index);
            throw new NvmeCommandException(
                    NvmOpcode.describe(slotOpcode[slot]) + where, new NvmeCompletion((int) result, 0, statusField));
        }
        switch (slotOpcode[slot]) {
            case NvmOpcode.WRITE -> {
                writes++;
                generations[index]++;
                written.add(share.unit(index), generations[index]);
            }
            case NvmOpcode.READ -> {
                reads++;
                slots.check(slot, share.unit(index), generations[index], generations[index], mismatches);
            }
            default -> {
                flushes++;
                flushInFlight = false;
                if (journal != null) {
                    flushing.appendTo(journal);
                }
                flushing.clear();
            }
        }
        if (index != NO_UNIT) {
            busy[index] = false;
        }
        release(slot);
    }

    private int take(int unitIndex, int opcode) {
        int slot = idleSlots[--idleCount];
        slotUnit[slot] = unitIndex;
        slotOpcode[slot] = opcode;
        if (unitIndex != NO_UNIT) {
            busy[unitIndex] = true;
        }
        return slot;
    }

    private void release(int slot) {
        idleSlots[idleCount++] = slot;
    }
}
