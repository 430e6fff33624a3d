package io.vfiouser.nvme.driver.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vfiouser.nvme.driver.FreshGuestThreads;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkersTest {

    private static final int TASKS = 33;

    private final Set<Thread> used = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    /** Ends only after all others have stepped as well: who waits for its end before it steps another one never comes to it. */
    private final AtomicInteger stepped = new AtomicInteger();

    private final class Task implements QueueTask {
        private int steps;
        private boolean ended;

        @Override
        public int step() {
            assertThat(ended).as("a task that has ended is asked again").isFalse();
            used.add(Thread.currentThread());
            if (steps++ == 0) {
                stepped.incrementAndGet();
            }
            ended = stepped.get() == TASKS;
            return 0;
        }

        @Override
        public boolean ended() {
            return ended;
        }
    }

    private List<Task> tasks() {
        return IntStream.range(0, TASKS).mapToObj(_ -> new Task()).toList();
    }

    private static void run(Workers workers, List<? extends QueueTask> tasks) {
        workers.run("test", tasks, () -> 0, 0, Progress.none());
    }

    @Test
    void queuesThatArePolledTakeTurnsOnAsManyThreadsAsThereAreProcessors() {
        List<Task> tasks = tasks();

        run(new Workers(FreshGuestThreads.create(), false), tasks);

        assertThat(tasks).allMatch(QueueTask::ended);
        assertThat(used).hasSize(Math.min(TASKS, Runtime.getRuntime().availableProcessors()));
    }

    @Test
    void aQueueThatSleepsHasAThreadOfItsOwn() {
        List<Task> tasks = tasks();

        run(new Workers(FreshGuestThreads.create(), true), tasks);

        assertThat(tasks).allMatch(QueueTask::ended);
        assertThat(used).hasSize(TASKS);
    }

    @Test
    void whatOneFailsWithStopsTheOthersAndIsThrown() {
        Workers workers = new Workers(FreshGuestThreads.create(), false);
        QueueTask fails = new QueueTask() {
            @Override
            public int step() {
                throw new IllegalStateException("this one fails");
            }

            @Override
            public boolean ended() {
                return false;
            }
        };
        QueueTask untilStopped = new QueueTask() {
            @Override
            public int step() {
                return 1;
            }

            @Override
            public boolean ended() {
                return workers.stopped();
            }
        };

        assertThatIllegalStateException()
                .isThrownBy(() -> run(workers, List.of(untilStopped, fails, untilStopped)))
                .withMessage("this one fails");
    }
}
