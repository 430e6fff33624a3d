package io.vfiouser.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Statistics.of(3, 1, 2)).isEqualTo(new Statistics(2, 1, 3, 3));
        assertThat(Statistics.of(4, 1, 3, 2)).isEqualTo(new Statistics(2.5, 1, 4, 4));
        assertThat(Statistics.of(7)).isEqualTo(new Statistics(7, 7, 7, 1));
    }

    @Test
    void whatIsUnknownIsLeftOut() {
        assertThat(Statistics.of(Double.NaN, 5, Double.NaN)).isEqualTo(new Statistics(5, 5, 5, 1));
        assertThat(Statistics.of(Double.NaN).known()).isFalse();
        assertThat(Statistics.of().median()).isNaN();
    }

    @Test
    void ratiosAreTakenWithinARoundBeforeTheirMedianIs() {
        // a machine that gets twice as slow from round to round leaves the ratio alone
        List<Double> one = List.of(400.0, 200.0, 100.0);
        List<Double> other = List.of(200.0, 100.0, 50.0);
        assertThat(Statistics.ofRatios(one, other, v -> v)).isEqualTo(new Statistics(2, 2, 2, 3));
    }

    @Test
    void aRoundThatOneTargetDidNotReachHasNoRatio() {
        assertThat(Statistics.ofRatios(List.of(4.0, 9.0), List.of(2.0), v -> v)).isEqualTo(new Statistics(2, 2, 2, 1));
        assertThat(Statistics.ofRatios(List.of(4.0), List.of(0.0), v -> v).known())
                .isFalse();
    }

    @Test
    void disturbedMeasurementsCountOnlyWhereThereAreNoOthers() {
        List<Measurement> one = List.of(measured(100, 0), measured(300, 0.5), measured(120, 0));
        List<Measurement> other = List.of(measured(50, 0), measured(100, 0), measured(20, 0.9));
        assertThat(Measurement.ratio(one, other, Measurement::iops)).isEqualTo(new Statistics(2, 2, 2, 1));
        assertThat(Measurement.statistics(one, Measurement::iops)).isEqualTo(new Statistics(110, 100, 120, 2));
        List<Measurement> disturbed = List.of(measured(10, 1), measured(30, 1));
        assertThat(Measurement.statistics(disturbed, Measurement::iops).median())
                .isEqualTo(20);
        assertThat(Measurement.ratio(disturbed, other, Measurement::iops).count())
                .isEqualTo(2);
    }

    private static Measurement measured(double iops, double otherLoad) {
        return new Measurement(iops, Latencies.of(Map.of()), 0, otherLoad, 0);
    }
}
