package io.vfiouser.nvme.guest;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What one boot of a guest left.
 *
 * @param exitCode of its script
 * @param files what the script left in {@code $OUT}
 */
record Boot(int exitCode, Map<String, byte[]> files) {
    /** The text of a file, without blanks and line ends around it. */
    String text(String name) {
        return new String(
                        Optional.ofNullable(files.get(name))
                                .orElseThrow(() -> new AssertionError(
                                        "the guest left no file " + name + ", only " + files.keySet())),
                        StandardCharsets.UTF_8)
                .strip();
    }

    KernelLog kernelLog() {
        return KernelLog.parse(text("dmesg"));
    }
}
