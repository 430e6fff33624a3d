package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskQueueTest {
    @Test
    void isFirstInFirstOutAndRefusesWhatDoesNotFit() {
        TaskQueue<Integer> queue = new TaskQueue<>(4);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 4; i++) {
                assertThat(queue.offer(i)).isTrue();
            }
            assertThat(queue.offer(4)).isFalse();
            for (int i = 0; i < 4; i++) {
                assertThat(queue.poll()).isEqualTo(i);
            }
            assertThat(queue.poll()).isNull();
        }
    }

    @Test
    void handsEachElementOverOnceWhoeverOffersAndPolls() throws InterruptedException {
        int each = 100_000;
        int producers = 3;
        TaskQueue<Integer> queue = new TaskQueue<>(64);
        AtomicIntegerArray seen = new AtomicIntegerArray(each * producers);
        AtomicInteger left = new AtomicInteger(each * producers);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int base = p * each;
            threads.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    while (!queue.offer(base + i)) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        for (int c = 0; c < 2; c++) {
            threads.add(new Thread(() -> {
                while (left.get() > 0) {
                    Integer element = queue.poll();
                    if (element == null) {
                        Thread.onSpinWait();
                    } else {
                        seen.incrementAndGet(element);
                        left.decrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < seen.length(); i++) {
            assertThat(seen.get(i)).isEqualTo(1);
        }
    }
}
