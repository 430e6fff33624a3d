package io.vfiouser.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void readsWhatItWrites() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", "a \"quoted\" \\ line\nand a tab\t");
        value.put("number", -1.5e10);
        value.put("list", Arrays.asList(true, false, null, List.of(), Map.of()));
        value.put("inner", Map.of("x", 3.0));
        assertThat(Json.object(Json.write(value))).isEqualTo(value);
    }

    @Test
    void whatIsNotFiniteIsWrittenAsNull() {
        assertThat(Json.write(List.of(Double.NaN, 1, Double.POSITIVE_INFINITY))).isEqualTo("[null, 1, null]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"a\":}",
                "{\"a\":1} x",
                "{a:1}",
                "{\"a\":\"\\u12",
                "{\"a\":tru}",
                "{\"a\":1,}",
                "nul"
            })
    void whatIsNoObjectIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.object(text)).withMessageContaining("no JSON");
    }

    @Test
    void nestingHasABound() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.object("{\"a\":" + "[".repeat(100_000)));
    }

    @Test
    void findsTheEndOfTheFirstValueOfAStream() {
        assertThat(Json.lengthOfFirst("{\"a\": [1, 2]}{\"b\"")).isEqualTo(13);
        assertThat(Json.lengthOfFirst("{\"a\": [1, 2")).isEqualTo(-1);
    }

    @Test
    void namesTheMemberThatIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.number(Json.object("{\"iops\": \"many\"}"), "iops"))
                .withMessageContaining("iops");
    }
}
