package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchingChannelTest {
    private static final int BLOCKS = 4096;

    private final NullBlockDevice device = NullBlockDevice.of(BLOCKS, 512);
    private final DeviceState state = new DeviceState(device, BLOCKS);
    private final List<Long> executed = new ArrayList<>();
    private final List<Long> broughtNext = new ArrayList<>();
    private long failing = -1;
    private int recovered;

    private final BatchingChannel channel = new BatchingChannel(state) {
        @Override
        BlockStatus execute(BlockRequest request, long deviceBlockCount) {
            if (request.firstBlock() == failing) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
            executed.add(request.firstBlock());
            return BlockStatus.OK;
        }

        @Override
        void bringNear(BlockRanges upcoming) {}

        @Override
        void bringNext(BlockRequest request) {
            broughtNext.add(request.firstBlock());
        }

        @Override
        void recover() {
            recovered++;
        }

        @Override
        void closing() {}
    };

    BatchingChannelTest() {
        state.activated();
    }

    @AfterEach
    void close() {
        channel.close();
        device.close();
    }

    private static TestRequest read(long first, int blocks) {
        TestRequest request = new TestRequest().with(MemorySegment.ofArray(new byte[512 * blocks]));
        request.read(first, blocks);
        return request;
    }

    private void expect(long first, long count) {
        BlockRanges one = new BlockRanges(1);
        one.add(first, count);
        channel.expect(one);
    }

    private List<TestRequest> submit(int count) {
        List<TestRequest> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expect(i, 1);
        }
        for (int i = 0; i < count; i++) {
            TestRequest request = read(i, 1);
            all.add(request);
            channel.submit(request);
        }
        return all;
    }

    private static long completed(List<TestRequest> requests) {
        return requests.stream().filter(request -> request.completions() == 1).count();
    }

    @Test
    void whatNobodyExpectedCompletesAtOnce() {
        TestRequest request = read(7, 1);
        channel.submit(request);
        assertThat(request.status()).isEqualTo(BlockStatus.OK);
        assertThat(channel.outstanding()).isZero();
    }

    @Test
    void whatWasExpectedWaitsForAFullBatchOrAPoll() {
        List<TestRequest> requests = submit(BatchingChannel.BATCH + 3);
        assertThat(completed(requests)).isEqualTo(BatchingChannel.BATCH);
        assertThat(channel.outstanding()).isEqualTo(3);
        assertThat(channel.poll()).isEqualTo(3);
        assertThat(completed(requests)).isEqualTo(BatchingChannel.BATCH + 3);
        assertThat(channel.outstanding()).isZero();
        assertThat(channel.poll()).isZero();
    }

    @Test
    void eachOfABatchButTheFirstIsBroughtNearBeforeTheOneBeforeItRuns() {
        List<TestRequest> requests = submit(3);
        channel.poll();
        assertThat(completed(requests)).isEqualTo(3);
        assertThat(broughtNext).containsExactly(1L, 2L);
    }

    @Test
    void expectationsEndWithThePoll() {
        expect(1, 1);
        expect(2, 1);
        assertThat(channel.poll()).isZero();
        TestRequest request = read(1, 1);
        channel.submit(request);
        assertThat(request.completions()).isOne();
    }

    @Test
    void longRequestsAndThoseWithoutDataDoNotWait() {
        expect(0, 64);
        expect(0, 64);
        TestRequest request = read(0, 64);
        channel.submit(request);
        assertThat(request.completions()).isOne();
        TestRequest flush = new TestRequest();
        flush.flush();
        channel.submit(flush);
        assertThat(flush.completions()).isOne();
    }

    @Test
    void aRequestThatWaitsCanBeTakenBack() {
        List<TestRequest> requests = submit(3);
        assertThat(channel.cancel(requests.get(1), CancelPromise.WITHOUT_LATER_EFFECT))
                .isEqualTo(CancelResult.CANCELLED);
        assertThat(requests.get(1).status()).isEqualTo(BlockStatus.CANCELLED);
        assertThat(channel.poll()).isEqualTo(2);
        assertThat(executed).containsExactly(0L, 2L);
        assertThat(recovered).isZero();
        assertThat(channel.cancel(requests.get(0), CancelPromise.DETACHED)).isEqualTo(CancelResult.NOT_OUTSTANDING);
    }

    @Test
    void requestsThatAnErrorInterruptedStayOutstandingUntilTheyAreCancelled() {
        failing = 2;
        List<TestRequest> requests = submit(5);
        assertThatThrownBy(channel::poll).isInstanceOf(InternalError.class);
        assertThat(completed(requests)).isZero();
        assertThat(channel.outstanding()).isEqualTo(5);
        assertThatThrownBy(channel::close).isInstanceOf(IllegalStateException.class);
        failing = -1;
        assertThat(channel.poll()).isZero();
        for (TestRequest request : requests) {
            assertThat(channel.cancel(request, CancelPromise.DETACHED)).isEqualTo(CancelResult.CANCELLED);
            assertThat(request.completions()).isOne();
        }
        assertThat(recovered).isPositive();
        assertThat(channel.outstanding()).isZero();
        assertThat(completed(submit(BatchingChannel.BATCH))).isEqualTo(BatchingChannel.BATCH);
    }

    @Test
    void aRequestMaySubmitAnotherWhenItCompletes() {
        TestRequest second = read(9, 1);
        for (int i = 0; i < 3; i++) {
            expect(i, 1);
        }
        TestRequest first = read(1, 1).then(ended -> channel.submit(second));
        channel.submit(first);
        channel.submit(read(2, 1));
        assertThat(channel.poll()).isEqualTo(2);
        assertThat(second.completions()).isOne();
        assertThat(executed).containsExactly(1L, 2L, 9L);
    }
}
