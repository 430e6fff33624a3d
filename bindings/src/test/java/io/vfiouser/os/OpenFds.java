package io.vfiouser.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What this process has open, for tests that prove that nothing was leaked. */
public final class OpenFds {
    private OpenFds() {}

    /** What is open now and was not then. Others may close theirs meanwhile. */
    public static Map<Integer, String> newSince(Map<Integer, String> before) {
        Map<Integer, String> open = now();
        open.entrySet().removeAll(before.entrySet());
        return open;
    }

    /**
     * Open descriptors that are sockets, memfds or eventfds, by number: the virtual machine opens files of other kinds
     * (class path, /dev/urandom) whenever it likes.
     */
    public static Map<Integer, String> now() {
        Map<Integer, String> open = new TreeMap<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            entries.forEach(entry -> {
                try {
                    String target = Files.readSymbolicLink(entry).toString();
                    if (target.startsWith("socket:") || target.contains("memfd:") || target.contains("eventfd")) {
                        open.put(Integer.parseInt(entry.getFileName().toString()), target);
                    }
                } catch (IOException e) {
                    // Closed since the folder was listed, the listing's own descriptor for one.
                    return;
                }
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return open;
    }
}
