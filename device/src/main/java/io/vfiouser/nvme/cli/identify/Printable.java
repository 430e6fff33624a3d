package io.vfiouser.nvme.cli.identify;

/** Text that cannot command a terminal: printable ASCII; every other byte, and the backslash, is {@code \xNN}. */
final class Printable {

    private static final int FIRST = 0x20;
    private static final int LAST = 0x7E;

    private Printable() {}

    static String of(byte[] text) {
        StringBuilder printable = new StringBuilder(text.length);
        for (byte b : text) {
            int c = b & 0xFF;
            if (c < FIRST || c > LAST || c == '\\') {
                printable.append(String.format("\\x%02x", c));
            } else {
                printable.append((char) c);
            }
        }
        return printable.toString();
    }
}
