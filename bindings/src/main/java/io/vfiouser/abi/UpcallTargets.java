package io.vfiouser.abi;

import io.vfiouser.os.Errno;
import io.vfiouser.os.MemoryFaults;
import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What native code enters: each method calls its target, lets nothing out but a value, and sets {@code errno} last.
 *
 * <p>Memory that a client took away is an error that arrives late, after the {@code try} block if nothing is done about it:
 * {@link MemoryFaults}.
 *
 * <p>One thing cannot be caught here: a stack that is exhausted before the first instruction of a method below. The thread of
 * a context therefore keeps some megabytes of stack.
 */
final class UpcallTargets {
    private static final Logger LOG = LoggerFactory.getLogger(Upcalls.class);

    private UpcallTargets() {}

    static void log(Upcalls.Log target, MemorySegment context, int level, MemorySegment text) {
        try {
            target.log(level, text);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            report("log", t);
        }
    }

    static long regionAccess(
            Upcalls.RegionAccess target,
            MemorySegment context,
            MemorySegment buffer,
            long count,
            long offset,
            boolean write) {
        long result;
        try {
            result = target.access(buffer, count, offset, write);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("region access", t);
        }
        return inC(result);
    }

    static int quiesce(Upcalls.Quiesce target, MemorySegment context) {
        int result;
        try {
            result = target.quiesce();
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("quiesce", t);
        }
        return inC(result);
    }

    static int reset(Upcalls.Reset target, MemorySegment context, int reason) {
        int result;
        try {
            result = target.reset(reason);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("reset", t);
        }
        return inC(result);
    }

    static void dma(Upcalls.Dma target, MemorySegment context, MemorySegment info) {
        try {
            target.changed(info);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            report("DMA", t);
        }
    }

    static void irqState(Upcalls.IrqState target, MemorySegment context, int first, int count, boolean masked) {
        try {
            target.changed(first, count, masked);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            report("interrupt state", t);
        }
    }

    static int transition(MigrationCallbacks.Transition target, MemorySegment context, int state) {
        int result;
        try {
            result = target.transition(state);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration transition", t);
        }
        return inC(result);
    }

    static long pendingBytes(MigrationCallbacks.Version1 target, MemorySegment context) {
        try {
            long pending = target.pendingBytes();
            MemoryFaults.deliver();
            return pending;
        } catch (Throwable t) {
            report("migration pending bytes", t);
            // 0 would say that all was sent. More to come makes the client ask for it, and that call can fail.
            return 1;
        }
    }

    static int prepareData(
            MigrationCallbacks.Version1 target, MemorySegment context, MemorySegment offset, MemorySegment size) {
        int result;
        try {
            result = target.prepareData(offset, size);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration prepare data", t);
        }
        return inC(result);
    }

    static long readData1(
            MigrationCallbacks.Version1 target, MemorySegment context, MemorySegment buffer, long count, long offset) {
        long result;
        try {
            result = target.readData(buffer, count, offset);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration read data", t);
        }
        return inC(result);
    }

    static long writeData1(
            MigrationCallbacks.Version1 target, MemorySegment context, MemorySegment buffer, long count, long offset) {
        long result;
        try {
            result = target.writeData(buffer, count, offset);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration write data", t);
        }
        return inC(result);
    }

    static int dataWritten(MigrationCallbacks.Version1 target, MemorySegment context, long count) {
        int result;
        try {
            result = target.dataWritten(count);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration data written", t);
        }
        return inC(result);
    }

    static long readData2(MigrationCallbacks.Version2 target, MemorySegment context, MemorySegment buffer, long count) {
        long result;
        try {
            result = target.readData(buffer, count);
            if (result > count) {
                // The library would announce bytes that it does not send.
                throw new IllegalStateException(result + " bytes of migration data for a buffer of " + count);
            }
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration read data", t);
        }
        return inC(result);
    }

    static long writeData2(
            MigrationCallbacks.Version2 target, MemorySegment context, MemorySegment buffer, long count) {
        long result;
        try {
            result = target.writeData(buffer, count);
            MemoryFaults.deliver();
        } catch (Throwable t) {
            result = failed("migration write data", t);
        }
        return inC(result);
    }

    private static int failed(String callback, Throwable thrown) {
        report(callback, thrown);
        return -Errno.EIO;
    }

    /** Logging may fail as well, of the same cause (memory, stack): then silence is all that is left. */
    private static void report(String callback, Throwable thrown) {
        try {
            LOG.error("the {} callback threw, which no callback may", callback, thrown);
        } catch (Throwable ignored) {
            // Nothing can be done, and nothing may leave.
        }
    }

    private static int inC(int result) {
        return (int) inC((long) result);
    }

    /** The last act of a callback: nothing may come between storing {@code errno} and returning. */
    private static long inC(long result) {
        if (result >= 0) {
            return result;
        }
        try {
            Errno.set((int) -result);
        } catch (Throwable ignored) {
            // The client gets whatever errno was; an exception would cost the JVM.
        }
        return -1;
    }
}
