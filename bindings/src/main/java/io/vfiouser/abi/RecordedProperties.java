package io.vfiouser.abi;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the build wrote beside a library, {@code libvfio-user.properties}. It only cross-checks: the file may belong to a
 * library that was replaced since, so a contradiction is a warning and the probe is believed.
 */
final class RecordedProperties {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedProperties.class);
    private static final long LARGEST_BYTES = 64 << 10;
    private static final String LEVEL_KEY = "abiLevel";

    private RecordedProperties() {}

    /** The properties beside a library, sorted; empty if there are none or they cannot be read. */
    static Map<String, String> beside(Path library) {
        Path file = library.resolveSibling(BundledLibrary.PROPERTIES);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_BYTES) {
                return Map.of();
            }
            Properties properties = new Properties();
            properties.load(new StringReader(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)));
            Map<String, String> sorted = new TreeMap<>();
            properties.stringPropertyNames().forEach(key -> sorted.put(key, properties.getProperty(key, "")));
            return Collections.unmodifiableMap(sorted);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("cannot read {}, which only describes the library beside it", file, e);
            return Map.of();
        }
    }

    /** Warns if the recorded level is another one than was determined. */
    static void crossCheck(LibraryInfo info) {
        String recorded = info.recorded().get(LEVEL_KEY);
        if (recorded != null && !recorded.equals(info.level().label())) {
            LOG.warn(
                    "{}: the properties beside the library record ABI level {}, but {} is used because {}",
                    info.location(),
                    recorded,
                    info.level().label(),
                    info.levelSource().sentence());
        }
    }
}
