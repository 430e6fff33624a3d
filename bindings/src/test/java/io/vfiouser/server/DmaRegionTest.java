package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.PageSize;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DmaRegionTest {
    /** What the library unmaps while the segment still counts as valid ends the process at the next access. */
    @Test
    void closingWaitsForNativeCodeThatUsesTheMemory() throws Exception {
        Pipe pipe = Pipe.open();
        try (Mapping memory = Mapping.anonymous(4096, PageSize.BASE)) {
            MemorySegment address = MemorySegment.ofAddress(memory.address());
            DmaRegion region = DmaRegion.mapped(0, 4096, Protection.READ_WRITE, 4096, address, Optional.empty());
            MemorySegment segment = region.segment();
            CompletableFuture<Integer> reader = new CompletableFuture<>();
            Thread reading = Thread.ofPlatform().start(() -> {
                try {
                    reader.complete(pipe.source().read(segment.asByteBuffer()));
                } catch (IOException | RuntimeException e) {
                    reader.completeExceptionally(e);
                }
            });
            Awaitility.await().until(() -> isInNative(reading));
            Thread closing = Thread.ofPlatform().start(region::close);
            Awaitility.await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            assertThat(segment.scope().isAlive()).isTrue();
            assertThat(pipe.sink().write(ByteBuffer.wrap(new byte[] {42}))).isEqualTo(1);
            assertThat(reader.get()).isEqualTo(1);
            closing.join();
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        } finally {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    private static boolean isInNative(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod();
    }
}
