package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void nestsObjectsAndArraysInOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", List.of(true, Map.of("x", 2.5)));
        map.put("empty", List.of());
        map.put("nothing", null);
        assertThat(Json.write(map)).isEqualTo("""
                {
                  "b": 1,
                  "a": [
                    true,
                    {
                      "x": 2.5
                    }
                  ],
                  "empty": [],
                  "nothing": null
                }""");
    }

    @Test
    void escapesWhatWouldBreakAString() {
        assertThat(Json.write("a\"b\\c\n\t\u0001")).isEqualTo("\"a\\\"b\\\\c\\n\\t\\u0001\"");
    }

    @Test
    void escapesHalvesOfSurrogatePairs() {
        assertThat(Json.write("\uD83D\uDE00")).isEqualTo("\"\uD83D\uDE00\"");
        assertThat(Json.write("\uD83D")).isEqualTo("\"\\ud83d\"");
    }

    @Test
    void writesNoNumbersThatJsonHasNot() {
        assertThat(Json.write(List.of(Double.NaN, Double.POSITIVE_INFINITY))).isEqualTo("[\n  null,\n  null\n]");
    }
}
