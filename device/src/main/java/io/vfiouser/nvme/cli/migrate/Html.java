package io.vfiouser.nvme.cli.migrate;

/** Text inside HTML and its attributes. Paths and messages are not ours to trust. */
final class Html {
    private Html() {}

    /** The text with what would be markup written out, and control characters replaced. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    boolean unsafe = (c < ' ' && c != '\n') || (c >= 0x7F && c < 0xA0) || isSurrogate(c);
                    out.appendCodePoint(unsafe ? 0xFFFD : c);
                }
            }
        });
        return out.toString();
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
