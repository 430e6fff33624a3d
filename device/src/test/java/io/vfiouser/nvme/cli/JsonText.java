package io.vfiouser.nvme.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON strictly as RFC 8259 defines it; numbers become {@link BigDecimal}. Duplicate names are refused. */
public final class JsonText {

    private static final String NUMBER = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?";

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /** What the commands write of a value. */
    public static String write(Object value) {
        return Json.write(value);
    }

    /** The one value of a text. */
    public static @Nullable Object parse(String text) {
        JsonText json = new JsonText(text);
        Object value = json.value();
        json.skipBlanks();
        if (json.at != text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    /** The members of the object that the text is. */
    @SuppressWarnings("unchecked") // what value() makes
    public static Map<String, Object> object(String text) {
        return (Map<String, Object>) parse(text);
    }

    private @Nullable Object value() {
        skipBlanks();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        expect('{');
        for (boolean more = !closed('}'); more; more = comma('}')) {
            skipBlanks();
            String name = string();
            skipBlanks();
            expect(':');
            Object value = value();
            if (members.containsKey(name)) {
                throw wrong("a name other than " + name);
            }
            members.put(name, value);
        }
        return members;
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> items = new ArrayList<>();
        expect('[');
        for (boolean more = !closed(']'); more; more = comma(']')) {
            items.add(value());
        }
        return items;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            char c = next();
            if (c < 0x20) {
                throw wrong("no control character");
            }
            string.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return string.toString();
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> throw wrong("an escape");
        };
    }

    private BigDecimal number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        if (!number.matches(NUMBER)) {
            throw wrong("a number");
        }
        return new BigDecimal(number);
    }

    private @Nullable Object word(String word, @Nullable Object meaning) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return meaning;
    }

    private boolean closed(char end) {
        skipBlanks();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean comma(char end) {
        if (closed(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char c) {
        if (next() != c) {
            throw wrong("'" + c + "'");
        }
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private AssertionError wrong(String expected) {
        return new AssertionError("no JSON: expected " + expected + " before offset " + at + " of " + text);
    }
}
