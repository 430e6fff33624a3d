package io.vfiouser.nvme.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vfiouser.nvme.cli.JsonText;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What a run is shown as: text, JSON, page. */
class ReportTest {

    static {
        // The parser that checks the page is needed by this test only.
        ReportTest.class
                .getModule()
                .addReads(ModuleLayer.boot().findModule("java.xml").orElseThrow());
    }

    @Test
    void theTextNamesBothSidesTheRoundsTheSpreadOfDowntimesAndWhatWasVerified() {
        assertThat(TextReport.lines(SampleReports.moved(3)))
                .containsExactly(
                        "moved 3 times: /run/a & b.sock (v1) to /run/b.sock (v2), pre-copy, storage copy",
                        "NVMe controller \"x\", guest memory of 128 MiB, verified 4 KiB random read-write, 4 queues of"
                                + " depth 32",
                        "  move  to  rounds  memory MiB  device MiB  dirty MiB/s  took ms  stopped ms  IOPS before  during"
                                + "   after  downtime ms",
                        "  1     b        3        73.0         128         40.0      304        1.50       150000   90000"
                                + "  151000         1.50",
                        "  2     a        3        73.0         128         40.0      304        2.00       150000   90000"
                                + "  151000         2.00",
                        "  3     b        3        73.0         128         40.0      305        2.50       150000   90000"
                                + "  151000         2.50",
                        "move 3 round by round",
                        "  round              at ms  took ms   MiB  changed MiB/s  copied MiB/s",
                        "  memory 1            10.0      190  64.0              -           337",
                        "  memory 2             210     70.0  8.00           40.0           114",
                        "  memory 3, stopped    301     0.42  1.00           11.0          2400",
                        "  device 1            15.0      235   128              -           545",
                        "  device 2, stopped    301     0.21  0.25           0.88          1200",
                        "downtime ms  min 1.50  median 2.00  max 2.50",
                        "verified     900 writes, 2100 reads compared, 12 flushes; in the end 350 pieces were read: all"
                                + " held");
    }

    @ParameterizedTest
    @EnumSource(value = Outcome.class, names = "MOVED", mode = EnumSource.Mode.EXCLUDE)
    void aRunThatFailedSaysHowAndWhyAndNamesTheFaults(Outcome outcome) {
        List<String> lines = TextReport.lines(SampleReports.failed(outcome, "the destination refused: no room"));
        assertThat(lines.getFirst()).startsWith(outcome.words() + ": /run/a");
        assertThat(lines)
                .contains("the destination refused: no room", "  LBA 7 <holds> nothing")
                .anyMatch(line -> line.startsWith("  1     b, " + outcome.words()))
                .noneMatch(line -> line.startsWith("downtime"));
    }

    @Test
    @SuppressWarnings("unchecked") // what JSON objects are read as
    void theJsonHasEveryMoveWithItsRoundsInBytesAndNanoseconds() {
        Map<String, Object> json = JsonText.object(JsonText.write(JsonReport.asMap(SampleReports.moved(2))));
        assertThat(json)
                .containsEntry("outcome", "moved")
                .containsEntry("moved", BigDecimal.TWO)
                .containsEntry("reason", null);
        assertThat((Map<String, Object>) json.get("downtime_ns"))
                .containsEntry("min", new BigDecimal(1_500_000))
                .containsEntry("median", new BigDecimal(1_750_000))
                .containsEntry("max", new BigDecimal(2_000_000));
        List<Map<String, Object>> moves = (List<Map<String, Object>>) json.get("moves");
        assertThat(moves).hasSize(2);
        assertThat(moves.getFirst())
                .containsEntry("from", "a")
                .containsEntry("to", "b")
                .containsEntry("downtime_ns", new BigDecimal(1_500_000));
        List<Map<String, Object>> rounds =
                (List<Map<String, Object>>) moves.getFirst().get("rounds");
        assertThat(rounds).hasSize(5);
        assertThat(rounds.getFirst())
                .containsEntry("what", "memory")
                .containsEntry("live", true)
                .containsEntry("bytes", new BigDecimal(64 << 20))
                .containsEntry("changed_bytes_per_s", null);
        assertThat((Map<String, Object>) json.get("verification")).containsEntry("faults", BigDecimal.ZERO);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void thePageIsWellFormedNeedsNothingFromOutsideAndMarksEveryDowntime(int times) throws Exception {
        String page = HtmlReport.page(SampleReports.moved(times));
        keep("moved-" + times, page);
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("prefers-color-scheme: dark", "/run/a &amp; b.sock", "&quot;x&quot;", "1.50 ms")
                .doesNotContain("<script", "http:", "https:", "src=", "href=", "url(");
        NodeList drawings = xml(page).getElementsByTagName("svg");
        assertThat(drawings.getLength()).isEqualTo(3);
        assertThat(page.split("downtime [0-9.]+ ms</title>", -1)).hasSizeGreaterThanOrEqualTo(times + 2);
    }

    @Test
    void nothingInTheTextOfAFailedRunBecomesMarkup() throws Exception {
        String page = HtmlReport.page(SampleReports.failed(Outcome.VIOLATED, "</p><script>alert('x')\u0000</script>"));
        keep("violated", page);
        assertThat(page)
                .contains("&lt;script&gt;", "LBA 7 &lt;holds&gt; nothing")
                .doesNotContain("<script", "\u0000");
        assertThat(xml(page).getElementsByTagName("svg").getLength()).isEqualTo(2);
    }

    @Test
    void aMomentWithoutCommandsIsDrawnAsNone() {
        List<Sample> samples = List.of(
                new Sample(0, 0), new Sample(10, 100), new Sample(20, 100), new Sample(30, 100), new Sample(40, 200));
        assertThat(Throughput.between(samples, 0, 40, 4))
                .containsExactly(
                        new Throughput.Step(0, 10, 1e10),
                        new Throughput.Step(10, 20, 0),
                        new Throughput.Step(20, 30, 0),
                        new Throughput.Step(30, 40, 1e10));
        assertThat(Throughput.between(samples, 0, 40, 2))
                .containsExactly(new Throughput.Step(0, 20, 5e9), new Throughput.Step(20, 40, 5e9));
        assertThat(Throughput.between(List.of(), 0, 40, 2)).isEmpty();
    }

    @Test
    void ticksAreRoundAndInside() {
        assertThat(new Axis(0, 157_500, 0, 1).ticks(4)).containsExactly(0, 50_000, 100_000, 150_000);
        assertThat(new Axis(0.93, 1.41, 0, 1).ticks(5))
                .containsExactly(new double[] {1.0, 1.1, 1.2, 1.3, 1.4}, within(1e-9));
        assertThat(new Axis(0.93, 1.41, 0, 1).decimals(5)).isEqualTo(1);
    }

    /** As XML, which the page is but for its first line and elements without an end. */
    private static Document xml(String page) throws Exception {
        String text = page.replace("<!DOCTYPE html>", "").replaceAll("<meta ([^>]*)>", "<meta $1/>");
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)));
    }

    /** For looking at, with {@code -Dreport.folder=DIR}. */
    private static void keep(String name, String page) throws IOException {
        String folder = System.getProperty("report.folder");
        if (folder != null) {
            Files.writeString(Path.of(folder, name + ".html"), page);
        }
    }
}
