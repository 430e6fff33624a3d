package io.vfiouser.mover;

import io.vfiouser.client.PciRegions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A guest of a {@link CounterDevice}: a thread that has it count, checks what the device wrote to memory each time, and writes and checks
 * pages of its own.
 */
final class CountingGuest implements Guest, AutoCloseable {
    private static final int PAGE = GuestRegion.PAGE_BYTES;
    private static final int OWN_FIRST_PAGE = CounterDevice.COUNTERS;
    private static final int OWN_PAGES = 64;

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<String> mistakes = new CopyOnWriteArrayList<>();
    final GuestMemory memory;

    /** The own page whose marks are left out; -1 for none. */
    volatile int forgotten = -1;

    private final ReentrantLock clientLock = new ReentrantLock(true);
    private final ReentrantLock pausing = new ReentrantLock();
    private final Condition change = pausing.newCondition();
    private final long[] expected = new long[CounterDevice.COUNTERS];
    private final long[] own = new long[OWN_PAGES];
    private final Thread thread;
    private boolean pauseWanted;
    private boolean paused;
    private boolean stopping;
    private long rounds;
    private int firstTurn;
    private int nextTurn;
    VfioUserClient client;

    CountingGuest(VfioUserClient client) {
        this.client = client;
        memory = GuestMemory.create(List.of(new GuestRegion(
                CounterDevice.IOVA, (long) PAGE * (OWN_FIRST_PAGE + OWN_PAGES), io.vfiouser.os.Protection.READ_WRITE)));
        memory.mapInto(client);
        thread = Thread.ofPlatform().name("guest").start(this::work);
    }

    /** One that goes on with what another saved; stands still until it is resumed. */
    CountingGuest(VfioUserClient client, GuestMemory memory, byte[] saved) {
        this.client = client;
        this.memory = memory;
        LongBuffer state = ByteBuffer.wrap(saved).asLongBuffer();
        state.get(expected).get(own);
        firstTurn = (int) state.get();
        pauseWanted = true;
        thread = Thread.ofPlatform().name("guest").start(this::work);
    }

    @Override
    public byte[] save() {
        ByteBuffer state = ByteBuffer.allocate(Long.BYTES * (expected.length + own.length + 1));
        state.asLongBuffer().put(expected).put(own).put(nextTurn);
        return state.array();
    }

    @Override
    public void left() {
        calls.add("left");
        end();
    }

    private void work() {
        MemorySegment view = memory.segment(0);
        try {
            for (int turn = firstTurn; awaitTurn(turn); turn++) {
                int number = turn % CounterDevice.COUNTERS;
                expected[number]++;
                count(number);
                check("counter " + number, expected[number], view.get(ValueLayout.JAVA_LONG, (long) number * PAGE));
                int page = turn % OWN_PAGES;
                long at = (long) (OWN_FIRST_PAGE + page) * PAGE + 8;
                check("own page " + page, own[page], view.get(ValueLayout.JAVA_LONG, at));
                own[page] = turn * 31L + 7;
                view.set(ValueLayout.JAVA_LONG, at, own[page]);
                if (page != forgotten) {
                    memory.markWritten(CounterDevice.IOVA + at, Long.BYTES);
                }
            }
        } catch (VfioUserException e) {
            calls.add("device lost");
        }
        pausing.lock();
        try {
            paused = true;
            stopping = true;
            change.signalAll();
        } finally {
            pausing.unlock();
        }
    }

    private void count(int number) {
        clientLock.lock();
        try {
            client.writeRegion32(PciRegions.BAR0, 0, number);
        } finally {
            clientLock.unlock();
        }
    }

    private void check(String what, long wanted, long found) {
        if (wanted != found) {
            mistakes.add(what + " is " + found + ", not " + wanted);
        }
    }

    private boolean awaitTurn(int turn) {
        pausing.lock();
        try {
            nextTurn = turn;
            rounds++;
            change.signalAll();
            while (pauseWanted && !stopping) {
                paused = true;
                change.signalAll();
                change.awaitUninterruptibly();
            }
            paused = stopping;
            return !stopping;
        } finally {
            pausing.unlock();
        }
    }

    /** Waits until the guest has gone through all its pages this many times more, or is gone. */
    void awaitProgress(int times) {
        pausing.lock();
        try {
            long goal = rounds + (long) times * OWN_PAGES;
            long left = TimeUnit.SECONDS.toNanos(20);
            while (rounds < goal && !stopping && left > 0) {
                left = change.awaitNanos(left);
            }
            if (rounds < goal) {
                throw new AssertionError("the guest does not go on: " + calls + mistakes);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            pausing.unlock();
        }
    }

    @Override
    public Lock clientLock() {
        return clientLock;
    }

    @Override
    public void prepare(VfioUserClient destination) {
        calls.add("prepare");
    }

    @Override
    public void pause() {
        pausing.lock();
        try {
            pauseWanted = true;
            long left = TimeUnit.SECONDS.toNanos(10);
            while (!paused && left > 0) {
                left = change.awaitNanos(left);
            }
            if (!paused) {
                pauseWanted = false;
                throw new GuestPauseException("the guest's only thread does not stop");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            pausing.unlock();
        }
        calls.add("pause");
    }

    @Override
    public void resume() {
        calls.add("resume");
        pausing.lock();
        try {
            pauseWanted = false;
            change.signalAll();
        } finally {
            pausing.unlock();
        }
    }

    @Override
    public void switchTo(VfioUserClient destination) {
        calls.add("switchTo");
        client = destination;
    }

    @Override
    public void rollBack() {
        calls.add("rollBack");
    }

    private void end() {
        pausing.lock();
        try {
            stopping = true;
            change.signalAll();
        } finally {
            pausing.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        end();
        client.close();
        memory.close();
    }
}
