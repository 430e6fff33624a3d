package io.vfiouser.client.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses JSON that nobody vouches for: strictly by RFC 8259, names of an object distinct, depth and number of values limited.
 */
public final class JsonParser {
    /** Values inside each other beyond this are refused. */
    public static final int MAX_DEPTH = 16;

    /** More values than this in one text are refused. */
    public static final int MAX_VALUES = 4096;

    private static final int MAX_NUMBER_CHARS = 64;

    private final String text;
    private int at;
    private int values;

    private JsonParser(String text) {
        this.text = text;
    }

    /**
     * The value that the whole text is.
     *
     * @throws JsonException if it is no JSON or exceeds a limit
     */
    public static Json parse(String text) throws JsonException {
        JsonParser parser = new JsonParser(text);
        Json value = parser.value(0);
        parser.skipSpace();
        if (parser.at != text.length()) {
            throw parser.problem("something follows the value");
        }
        return value;
    }

    private Json value(int depth) throws JsonException {
        if (depth >= MAX_DEPTH) {
            throw problem("more than " + MAX_DEPTH + " levels");
        }
        if (++values > MAX_VALUES) {
            throw problem("more than " + MAX_VALUES + " values");
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Text(string());
            case 't' -> literal("true", new Json.Bool(true));
            case 'f' -> literal("false", new Json.Bool(false));
            case 'n' -> literal("null", new Json.Null());
            default -> number();
        };
    }

    private Json object(int depth) throws JsonException {
        Map<String, Json> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (peek() == '}') {
            at++;
            return new Json.Obj(members);
        }
        while (true) {
            skipSpace();
            if (peek() != '"') {
                throw problem("a name was expected");
            }
            String name = string();
            skipSpace();
            expect(':');
            if (members.put(name, value(depth + 1)) != null) {
                throw problem("the same name twice");
            }
            skipSpace();
            if (peek() == '}') {
                at++;
                return new Json.Obj(members);
            }
            expect(',');
        }
    }

    private Json array(int depth) throws JsonException {
        List<Json> elements = new ArrayList<>();
        at++;
        skipSpace();
        if (peek() == ']') {
            at++;
            return new Json.Array(elements);
        }
        while (true) {
            elements.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return new Json.Array(elements);
            }
            expect(',');
        }
    }

    private String string() throws JsonException {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw problem("a control character in a string");
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws JsonException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw problem("an unknown escape");
        };
    }

    private char unicode() throws JsonException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = hexDigit(peek());
            if (digit < 0) {
                throw problem("four hexadecimal digits were expected");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private Json number() throws JsonException {
        int start = at;
        skip('-');
        if (!skip('0')) {
            digits();
        }
        boolean whole = true;
        if (skip('.')) {
            whole = false;
            digits();
        }
        if (skip('e') || skip('E')) {
            whole = false;
            if (!skip('+')) {
                skip('-');
            }
            digits();
        }
        String number = text.substring(start, at);
        if (number.length() > MAX_NUMBER_CHARS) {
            throw problem("a number of " + number.length() + " characters");
        }
        try {
            return whole ? new Json.Whole(Long.parseLong(number)) : new Json.Fraction(Double.parseDouble(number));
        } catch (NumberFormatException e) {
            return new Json.Fraction(Double.parseDouble(number));
        }
    }

    private void digits() throws JsonException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw problem("a value or digit was expected");
        }
    }

    private Json literal(String word, Json value) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw problem("a value was expected");
        }
        at += word.length();
        return value;
    }

    private boolean skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws JsonException {
        if (!skip(c)) {
            throw problem("'" + c + "' was expected");
        }
    }

    private char peek() throws JsonException {
        if (at >= text.length()) {
            throw problem("the text ends too early");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException problem(String problem) {
        return new JsonException(problem, at);
    }
}
