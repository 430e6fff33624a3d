package io.vfiouser.nvme.subsystem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of {@link SubsystemSettings}: a line that says what it is, then {@code name=value} lines. It is replaced as a whole, so that
 * whenever the machine stops there is either the old content or the new.
 */
final class SettingsFile {
    /** Without it, a file is something else that somebody named by mistake, and is not overwritten. */
    static final String HEADER = "# Settings of an NVM subsystem; written by the server.";

    private static final Logger LOG = LoggerFactory.getLogger(SettingsFile.class);
    private static final int LONGEST_BYTES = 4 << 20;
    private static final int LONGEST_VALUE = 4096;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E]*");
    private static final int QUOTED_CHARACTERS = 60;

    private SettingsFile() {}

    static void check(String name, String value) {
        if (!valid(name, value)) {
            throw new IllegalArgumentException("no setting: " + quote(name + "=" + value));
        }
    }

    /** What is in the file; nothing if there is none. */
    static Map<String, String> read(Path file) throws IOException {
        if (Files.notExists(file)) {
            return Map.of();
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("it is not a regular file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LONGEST_BYTES + 1);
        }
        if (bytes.length == 0) {
            return Map.of();
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (bytes.length > LONGEST_BYTES || !text.startsWith(HEADER + "\n")) {
            throw new IOException("its content is something else, which is not overwritten");
        }
        return parse(file, text);
    }

    private static Map<String, String> parse(Path file, String text) {
        Map<String, String> values = new HashMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String name = equals < 0 ? line : line.substring(0, equals);
            String value = equals < 0 ? "" : line.substring(equals + 1);
            if (equals < 0 || !valid(name, value)) {
                LOG.warn("{}: line {} is left out, it is no setting: {}", file, number, quote(line));
            } else if (values.putIfAbsent(name, value) != null) {
                LOG.warn("{}: line {} is left out, {} has a value already", file, number, name);
            }
        }
        return Map.copyOf(values);
    }

    /** Replaces the file; it is durable afterwards. */
    static void write(Path file, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        new TreeMap<>(values)
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                var ignored = channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The new name is durable only with its folder.
        try (FileChannel folder = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static boolean valid(String name, String value) {
        return NAME.matcher(name).matches()
                && value.length() <= LONGEST_VALUE
                && VALUE.matcher(value).matches();
    }

    /** The beginning of a text that may hold anything, fit for a log. */
    private static String quote(String text) {
        String shown = text.length() > QUOTED_CHARACTERS ? text.substring(0, QUOTED_CHARACTERS) + "..." : text;
        return "'" + shown.replaceAll("[^\\x20-\\x7E]", "?") + "'";
    }
}
