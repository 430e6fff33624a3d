package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InlineChannelTest {
    @Test
    void aRequestThatAnErrorInterruptedStaysOutstandingUntilItIsCancelled() {
        try (NullBlockDevice device = NullBlockDevice.of(8, 512)) {
            DeviceState state = new DeviceState(device, 8);
            state.activated();
            InlineChannel channel = new InlineChannel(state) {
                @Override
                BlockStatus execute(BlockRequest request, long deviceBlockCount) {
                    throw new InternalError("a fault occurred in an unsafe memory access operation");
                }
            };
            TestRequest request = new TestRequest();
            request.flush();
            assertThatThrownBy(() -> channel.submit(request)).isInstanceOf(InternalError.class);
            assertThat(channel.outstanding()).isEqualTo(1);
            assertThat(request.completions()).isZero();
            assertThatThrownBy(channel::close).isInstanceOf(IllegalStateException.class);
            assertThat(channel.cancel(request, CancelPromise.DETACHED)).isEqualTo(CancelResult.CANCELLED);
            assertThat(request.status()).isEqualTo(BlockStatus.CANCELLED);
            assertThat(channel.outstanding()).isZero();
            channel.close();
        }
    }
}
