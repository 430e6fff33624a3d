package io.vfiouser.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from command lines, from /proc and from other programs. */
class ParsingTest {

    @ParameterizedTest
    @CsvSource({"512, 512", "4K, 4096", "128K, 131072", "512M, 536870912", "3G, 3221225472", "1000, 1000"})
    void sizes(String text, long bytes) {
        assertThat(Size.parse(text)).isEqualTo(bytes);
        assertThat(Size.format(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "4k", "4KB", "1.5M", "99999999999"})
    void noSizes(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Size.parse(text)).withMessageContaining("4K");
    }

    @Test
    void cells() {
        assertThat(Cell.parse("ram:randread:4K:32")).isEqualTo(new Cell(Backend.RAM, Mode.RANDREAD, 4096, 32, 1));
        assertThat(Cell.parse("null:read:128K:1:4")).isEqualTo(new Cell(Backend.NULL, Mode.READ, 131072, 1, 4));
        assertThat(Cell.list("ram:randrw:512:2,null:write:16K:128"))
                .extracting(Cell::toString)
                .containsExactly("ram:randrw:512:2", "null:write:16K:128");
        assertThat(Cell.parse("ram:randread:4K:32:1:1024").dmaRegions()).isEqualTo(1024);
        assertThat(Cell.list("ram:randread:4K:32:1:1024,null:randread:4K:1:2:1"))
                .extracting(Cell::toString)
                .containsExactly("ram:randread:4K:32:1:1024", "null:randread:4K:1:2:1");
        for (String name : List.of("quick", "full", "spdk")) {
            List<Cell> cells = Cell.list(name);
            assertThat(cells).isNotEmpty().doesNotHaveDuplicates();
            assertThat(cells)
                    .allSatisfy(cell -> assertThat(Cell.parse(cell.toString())).isEqualTo(cell));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ram",
                "ram:randread:4K",
                "rum:randread:4K:1",
                "ram:dance:4K:1",
                "ram:randread:4K:x",
                "ram:randread:1000:1",
                "ram:randread:4K:0",
                "ram:randread:2M:1",
                "ram:randread:4K:1:0",
                "ram:randread:4K:1:1:0",
                "ram:randread:4K:1:1:65536",
                "ram:randread:4K:1:1:1:1",
                "quick,full"
            })
    void noCells(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cell.list(text));
    }

    @Test
    void aTaskArrivesAsItWasSent() {
        ClientProcess.Task task = new ClientProcess.Task(
                Path.of("/tmp/a b/s"), Mode.RANDRW, 512, 128, 2, 1024, Duration.ZERO, Duration.ofMillis(1500), 1234.5);
        assertThat(ClientProcess.Task.ofLine(task.toLine())).isEqualTo(task);
    }

    @Test
    void whatTheClientAnswers() {
        Measurement measurement = DriverClient.parse("{\"iops\": 1000.5, \"missed\": 3, \"memory\": \"BASE\","
                + " \"latency_ns\": {\"p50\": 800, \"p99.9\": 12000, \"max\": 99000}}");
        assertThat(measurement.iops()).isEqualTo(1000.5);
        assertThat(measurement.missed()).isEqualTo(3);
        assertThat(measurement.latencies().of("p99.9")).isEqualTo(12000);
        assertThat(measurement.latencies().of("p90")).isNaN();
        assertThatExceptionOfType(BenchException.class)
                .isThrownBy(() -> DriverClient.parse("{\"error\": \"nobody listens\"}"))
                .withMessageContaining("nobody listens");
    }

    @Test
    void whatTheCopyLoopPrints() {
        CopyLoop.Result result = CopyLoop.parse(
                4096,
                "{\"copies\":2400000,\"seconds\":1.000,\"copiesPerSecond\":2400000,\"bytesPerSecond\":9830400000,"
                        + "\"blockBytes\":4096,\"ramBytes\":536870912,\"pages\":\"explicit huge\"}");
        assertThat(result).isEqualTo(new CopyLoop.Result(4096, 2_400_000, "explicit huge"));
    }

    @Test
    void whatSpdksClientPrints() {
        Measurement measurement = SpdkPerfClient.parse(List.of(
                "Initialization complete. Launching workers.",
                "                                                     Latency(us)",
                "VFIOUSER (/tmp/x/cntrl) NSID 1 from core  1:  615000.50    2402.34       1.61       1.30    1234.00",
                "Total                                                  :  615000.50    2402.34       1.61       1.30    1234.00",
                "Summary latency data for VFIOUSER (/tmp/x/cntrl) NSID 1 from core 1:",
                "  1.00000% :     1.402us",
                " 50.00000% :     1.502us",
                " 99.90000% :    20.708us",
                " 99.99000% :    91.000us"));
        assertThat(measurement.iops()).isEqualTo(615000.5);
        assertThat(measurement.latencies().of("p50")).isEqualTo(1502, within(1e-6));
        assertThat(measurement.latencies().of("p99.9")).isEqualTo(20708, within(1e-6));
        assertThat(measurement.latencies().of("p99.99")).isEqualTo(91000, within(1e-6));
        assertThat(measurement.latencies().of("mean")).isEqualTo(1610, within(1e-6));
        assertThatExceptionOfType(BenchException.class)
                .isThrownBy(() -> SpdkPerfClient.parse(List.of("No valid AIO or URING devices found")))
                .withMessageContaining("No valid AIO");
    }

    @Test
    void whatSpdksTargetAnswers() {
        assertThat(SpdkRpc.result("m", 1, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}"))
                .isEqualTo(true);
        assertThatExceptionOfType(BenchException.class)
                .isThrownBy(() -> SpdkRpc.result(
                        "bdev_malloc_create",
                        2,
                        "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32602,\"message\":\"no memory\"}}"))
                .withMessageContaining("bdev_malloc_create")
                .withMessageContaining("no memory");
    }

    @Test
    void processorTimeOfOthersIsWhatIsNotOurs() {
        long machine = ProcessorTime.parseMachine("cpu  100 1 20 5000 7 3 4 5 9 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
        assertThat(machine).isEqualTo(100 + 1 + 20 + 3 + 4 + 5);
        long process = ProcessorTime.parseProcess(
                "42 (a b) c) S 1 42 42 0 -1 4194304 100 0 0 0 70 30 0 0 20 0 1 0 100 1000 10 18446744073709551615",
                ProcessorTime.USER_TIME,
                ProcessorTime.SYSTEM_TIME);
        assertThat(process).isEqualTo(100);
        ProcessorTime before = new ProcessorTime(0, 1000, 500);
        ProcessorTime after = new ProcessorTime(2_000_000_000L, 1000 + 440, 500 + 400);
        assertThat(after.othersSince(before)).isEqualTo(0.2, within(1e-9));
        assertThat(before.othersSince(new ProcessorTime(-1, 1000, 400))).isZero();
    }
}
