package io.vfiouser.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vfiouser.benchmarks.startup.NvmeVfu;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, with the first value of each parameter, for a moment and in this JVM: figures are not the point. */
class BenchmarksRunTest {
    private static final TimeValue MOMENT = TimeValue.milliseconds(10);

    @BeforeAll
    static void besideOtherSuites() {
        // JMH refuses to run twice on a machine, for the sake of its figures.
        System.setProperty("jmh.ignoreLock", "true");
    }

    static Stream<String> benchmarks() {
        return all().keySet().stream();
    }

    private static Map<String, BenchmarkListEntry> all() {
        Map<String, BenchmarkListEntry> entries = new TreeMap<>();
        for (BenchmarkListEntry entry : BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())) {
            entries.put(entry.getUsername(), entry);
        }
        return entries;
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void runs(String name) throws RunnerException {
        assumeTrue(
                !name.contains(".startup.") || NvmeVfu.isBuilt(), "nothing is packaged: mvn verify does that before");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + name.replace(".", "\\.") + "$")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(MOMENT)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        all().get(name)
                .getParams()
                .orElse(Map.of())
                .forEach((parameter, values) -> options.param(parameter, values[0]));
        assertThat(new Runner(options.build()).run()).hasSize(1);
    }
}
