package io.vfiouser.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259), on one line. Numbers are doubles when they are read; doubles that are not finite are written as {@code null}. There is no
 * library for it among the dependencies, and the programs that are compared speak it.
 */
final class Json {

    private static final int DEEPEST = 32;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * The object that a text is.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Map<String, @Nullable Object> object(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.blanks();
        if (json.at != text.length() || !(value instanceof Map<?, ?>)) {
            throw json.wrong("one object");
        }
        return members(value);
    }

    /**
     * How long the first value of a text is.
     *
     * @return -1 if it is not complete, or none
     */
    static int lengthOfFirst(String text) {
        Json json = new Json(text);
        try {
            Object ignored = json.value(0);
            return json.at;
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    /** A member that is an object. */
    static Map<String, @Nullable Object> object(Map<String, @Nullable Object> of, String name) {
        Object value = of.get(name);
        if (!(value instanceof Map<?, ?>)) {
            throw new IllegalArgumentException("no object \"" + name + "\" in " + write(of));
        }
        return members(value);
    }

    /** A member that is a number. */
    static double number(Map<String, @Nullable Object> of, String name) {
        if (of.get(name) instanceof Double number) {
            return number;
        }
        throw new IllegalArgumentException("no number \"" + name + "\" in " + write(of));
    }

    @SuppressWarnings("unchecked") // what value() makes
    private static Map<String, @Nullable Object> members(Object value) {
        return (Map<String, @Nullable Object>) value;
    }

    private @Nullable Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("less nesting");
        }
        blanks();
        return switch (peek()) {
            case '{' -> members(depth);
            case '[' -> items(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> members(int depth) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        at++;
        for (boolean more = !closes('}'); more; more = continues('}')) {
            blanks();
            String name = string();
            blanks();
            expect(':');
            members.put(name, value(depth + 1));
        }
        return members;
    }

    private List<@Nullable Object> items(int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        at++;
        for (boolean more = !closes(']'); more; more = continues(']')) {
            items.add(value(depth + 1));
        }
        return items;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        expect('"');
        for (char c = next(); c != '"'; c = next()) {
            string.append(c == '\\' ? escaped() : c);
        }
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
                if (at > text.length()) {
                    throw wrong("four digits");
                }
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> throw wrong("an escape");
        };
    }

    private Double number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw wrong("a number");
        }
    }

    private @Nullable Object word(String word, @Nullable Object meaning) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return meaning;
    }

    private boolean closes(char end) {
        blanks();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean continues(char end) {
        if (closes(end)) {
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

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("no JSON: expected " + expected + " at offset " + at + " of: " + text);
    }

    /** Maps, iterables, strings, numbers, booleans and null. */
    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                out.append('{');
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    quote(String.valueOf(entry.getKey()), out);
                    out.append(": ");
                    write(entry.getValue(), out);
                    out.append(entries.hasNext() ? ", " : "");
                }
                out.append('}');
            }
            case Iterable<?> list -> {
                out.append('[');
                Iterator<?> items = list.iterator();
                while (items.hasNext()) {
                    write(items.next(), out);
                    out.append(items.hasNext() ? ", " : "");
                }
                out.append(']');
            }
            case Boolean b -> out.append(b);
            case Double d -> out.append(Double.isFinite(d) ? Double.toString(d) : "null");
            case Number n -> out.append(n);
            default -> quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
