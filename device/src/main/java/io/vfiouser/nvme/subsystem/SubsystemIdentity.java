package io.vfiouser.nvme.subsystem;

import java.util.Objects;

/**
 * By what hosts know a subsystem; the same in Identify Controller of each of its controllers. Base 2.1, section 5.1.13.2.1.
 *
 * @param serial serial number, at most 20 ASCII characters
 * @param model model number, at most 40 ASCII characters
 * @param firmware firmware revision, at most 8 ASCII characters
 * @param name NVMe qualified name
 */
public record SubsystemIdentity(String serial, String model, String firmware, String name) {
    private static final int LONGEST_SERIAL = 20;
    private static final int LONGEST_MODEL = 40;
    private static final int LONGEST_FIRMWARE = 8;
    private static final int LONGEST_NAME = 223;
    private static final String FIRMWARE = "0.1";
    private static final String NAME_PREFIX = "nqn.2026-11.io.vfiouser:";

    public SubsystemIdentity {
        requireAscii("serial number", serial, LONGEST_SERIAL);
        requireAscii("model number", model, LONGEST_MODEL);
        requireAscii("firmware revision", firmware, LONGEST_FIRMWARE);
        requireAscii("subsystem name", name, LONGEST_NAME);
    }

    /** With this project's firmware revision and a name made from the serial number. */
    public static SubsystemIdentity of(String serial, String model) {
        return new SubsystemIdentity(serial, model, FIRMWARE, NAME_PREFIX + serial);
    }

    private static void requireAscii(String what, String text, int longest) {
        Objects.requireNonNull(text, what);
        boolean printable = text.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (text.isBlank() || text.length() > longest || !printable) {
            throw new IllegalArgumentException(
                    "a %s has 1 to %d printable ASCII characters, not \"%s\"".formatted(what, longest, text));
        }
    }
}
