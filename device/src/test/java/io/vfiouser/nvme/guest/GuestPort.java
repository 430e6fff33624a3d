package io.vfiouser.nvme.guest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * What guests say over their second serial port: lines {@code mark WORD}, {@code exit CODE}, and {@code files LENGTH} with that many bytes
 * of an archive behind it.
 *
 * @param unfinished what a boot has handed over that has not come to its end
 */
record GuestPort(List<String> marks, List<Boot> boots, Boot unfinished) {
    /** What is there by now; a line or an archive that is not there as a whole is left out. */
    static GuestPort read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> marks = new ArrayList<>();
        List<Boot> boots = new ArrayList<>();
        Map<String, byte[]> files = new HashMap<>();
        int at = 0;
        for (int end = lineEnd(bytes, at); end >= 0; end = lineEnd(bytes, at)) {
            String[] words = new String(bytes, at, end - at, StandardCharsets.UTF_8).split(" ", 2);
            at = end + 1;
            switch (words[0]) {
                case "mark" -> marks.add(words[1]);
                case "exit" -> {
                    boots.add(new Boot(Integer.parseInt(words[1]), Map.copyOf(files)));
                    files.clear();
                }
                case "files" -> {
                    int length = Integer.parseInt(words[1]);
                    if (bytes.length - at < length) {
                        return new GuestPort(marks, boots, new Boot(0, Map.copyOf(files)));
                    }
                    files.putAll(NewcArchive.read(unpacked(bytes, at, length)));
                    at += length;
                }
                default -> throw new IllegalStateException("the guest said " + String.join(" ", words));
            }
        }
        return new GuestPort(marks, boots, new Boot(0, Map.copyOf(files)));
    }

    private static int lineEnd(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static byte[] unpacked(byte[] bytes, int from, int length) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes, from, length))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
