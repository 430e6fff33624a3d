package io.vfiouser.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonParserTest {
    @Test
    void parsesEveryKindOfValue() throws Exception {
        assertThat(JsonParser.parse(" {\"a\" : [1, -2, 0.5, 1e3, true, false, null, \"x\"], \"b\":{}}\n"))
                .isEqualTo(new Json.Obj(Map.of(
                        "a",
                        new Json.Array(List.of(
                                new Json.Whole(1),
                                new Json.Whole(-2),
                                new Json.Fraction(0.5),
                                new Json.Fraction(1000),
                                new Json.Bool(true),
                                new Json.Bool(false),
                                new Json.Null(),
                                new Json.Text("x"))),
                        "b",
                        new Json.Obj(Map.of()))));
    }

    @Test
    void understandsEscapes() throws Exception {
        assertThat(JsonParser.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\""))
                .isEqualTo(new Json.Text("\"\\/\b\f\n\r\t\u00e9\uD83D\uDE00"));
    }

    @Test
    void numbersBeyond64BitsAreNotWhole() throws Exception {
        assertThat(JsonParser.parse("9223372036854775807")).isEqualTo(new Json.Whole(Long.MAX_VALUE));
        assertThat(JsonParser.parse("9223372036854775808")).isInstanceOf(Json.Fraction.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "[1,]",
                "[,1]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{1:1}",
                "'a'",
                "\"a",
                "\"\\",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\u0001\"",
                "01",
                "+1",
                "-",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x10",
                "NaN",
                "Infinity",
                "tru",
                "truE",
                "nul",
                "1 2",
                "[1 2]",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":1}",
                "\u00a01",
                "\ufeff{}",
                "[1]x",
                "/**/1"
            })
    void refusesWhatIsNotJson(String text) {
        assertThatExceptionOfType(JsonException.class)
                .isThrownBy(() -> JsonParser.parse(text))
                .withMessageContaining("position");
    }

    @Test
    void depthIsLimited() throws Exception {
        int most = JsonParser.MAX_DEPTH;
        assertThat(JsonParser.parse("[".repeat(most) + "]".repeat(most))).isInstanceOf(Json.Array.class);
        assertThatExceptionOfType(JsonException.class)
                .isThrownBy(() -> JsonParser.parse("[".repeat(most + 1) + "]".repeat(most + 1)));
        assertThatExceptionOfType(JsonException.class).isThrownBy(() -> JsonParser.parse("{\"a\":".repeat(100_000)));
    }

    @Test
    void aNumberOfAbsurdLengthIsRefused() {
        assertThatExceptionOfType(JsonException.class).isThrownBy(() -> JsonParser.parse("1".repeat(1000)));
    }
}
