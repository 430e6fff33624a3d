package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A request that remembers how it ended, and checks where and how often. */
public final class TestRequest extends BlockRequest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Thread owner = Thread.currentThread();
    private BlockStatus status;
    private int completions;
    private Consumer<TestRequest> then = r -> {};

    /** Called inside {@code completed}. */
    public TestRequest then(Consumer<TestRequest> action) {
        then = action;
        return this;
    }

    /** Adds a whole segment. */
    public TestRequest with(MemorySegment memory) {
        data().add(memory, 0, memory.byteSize());
        return this;
    }

    public BlockStatus status() {
        return status;
    }

    public int completions() {
        return completions;
    }

    @Override
    protected void completed(BlockStatus result) {
        assertThat(Thread.currentThread()).as("the thread of the channel").isSameAs(owner);
        assertThat(outstanding()).isFalse();
        status = result;
        completions++;
        then.accept(this);
    }

    /** Submits, and polls until it has completed. */
    public BlockStatus run(BlockChannel channel) {
        int before = completions;
        channel.submit(this);
        await(channel, before + 1);
        return status;
    }

    /** Polls until it has completed that often. */
    public void await(BlockChannel channel, int times) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (completions < times) {
            if (channel.poll() == 0) {
                LockSupport.parkNanos(20_000);
            }
            assertThat(System.nanoTime()).as("completed in time: " + this).isLessThan(end);
        }
        assertThat(completions).isEqualTo(times);
    }
}
