package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    private final AtomicLong clock = new AtomicLong();

    @Test
    void someMessagesPassAtOnceAndThenTenASecond() {
        LogLimit limit = new LogLimit(clock::get);
        assertThat(passed(limit, 1000)).isEqualTo(100);
        clock.addAndGet(1_000_000_000L);
        assertThat(passed(limit, 1000)).isEqualTo(10);
        clock.addAndGet(3_600_000_000_000L);
        assertThat(passed(limit, 1000)).isEqualTo(100);
    }

    @Test
    void whatWasLeftOutIsToldOnce() {
        LogLimit limit = new LogLimit(clock::get);
        assertThat(limit.note()).isEmpty();
        int ignored = passed(limit, 105);
        assertThat(limit.note()).contains("5 messages");
        assertThat(limit.note()).isEmpty();
    }

    private static int passed(LogLimit limit, int messages) {
        int passed = 0;
        for (int i = 0; i < messages; i++) {
            if (limit.allows()) {
                passed++;
            }
        }
        return passed;
    }

    @Test
    void thatAClientIsGoneIsToldHoweverMuchItMadeTheLogComplain() throws Exception {
        try (ServerFixture server = ServerFixture.start(device -> device)) {
            try (RawClient client = server.connect()) {
                for (int i = 0; i < 500; i++) {
                    assertThat(client.readRegion(77, 0, 4).errno()).isPositive();
                }
            }
            String gone = server.socket() + ": the client is gone";
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(TestLog.text()).contains(gone));
        }
    }

    /** The library complains about each of these messages as an error. */
    @Test
    void aClientCannotFillTheLog() throws Exception {
        Path log = TestLog.file();
        try (ServerFixture server = ServerFixture.start(device -> device);
                RawClient client = server.connect()) {
            long before = Files.size(log);
            for (int i = 0; i < 2000; i++) {
                assertThat(client.readRegion(77, 0, 4).errno()).isPositive();
            }
            assertThat(Files.size(log) - before).isLessThan(100_000);
        }
    }
}
