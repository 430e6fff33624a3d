package io.vfiouser.nvme.subsystem;

import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of features that hosts have saved in one controller, kept in the subsystem's settings. Base 2.1, section 4.4. Whether a
 * value is one that the feature can have is for the controller to judge. Any thread.
 */
public final class SavedFeatures {
    /**
     * Whose value it is.
     *
     * @param feature feature identifier
     * @param part which of several values that the feature has, for instance of which interrupt vector; otherwise 0
     * @param namespaceId of a feature with a value for each namespace; otherwise 0
     */
    public record Key(int feature, int part, int namespaceId) {}

    private static final Logger LOG = LoggerFactory.getLogger(SavedFeatures.class);
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{2})\\.([0-9]{1,5})\\.([0-9]{1,5})");
    private static final Pattern VALUE = Pattern.compile("([0-9a-f]{2}){1,64}");

    private final SubsystemSettings settings;
    private final String prefix;

    /** Those of one controller. */
    public SavedFeatures(SubsystemSettings settings, int controllerId) {
        this.settings = settings;
        this.prefix = "controller." + controllerId + ".feature.";
    }

    /** The saved value, if there is one. */
    public Optional<byte[]> get(Key key) {
        return settings.get(name(key))
                .filter(text -> VALUE.matcher(text).matches())
                .map(HexFormat.of()::parseHex);
    }

    /**
     * Saves the same value for several keys, all or none.
     *
     * @return completes when it is saved, exceptionally if it is not
     */
    public CompletableFuture<Void> put(Collection<Key> keys, byte[] value) {
        Map<String, String> changes = new HashMap<>();
        for (Key key : keys) {
            changes.put(name(key), HexFormat.of().formatHex(value));
        }
        return settings.put(changes);
    }

    /**
     * Makes these the only ones that are saved.
     *
     * @return completes when they are, exceptionally if nothing has changed
     */
    public CompletableFuture<Void> replaceAll(Map<Key, byte[]> wanted) {
        Map<String, String> changes = new HashMap<>();
        wanted.forEach((key, value) -> changes.put(name(key), HexFormat.of().formatHex(value)));
        return settings.replaceStartingWith(prefix, changes);
    }

    /** All that are saved; what cannot be read is left out with a warning. */
    public Map<Key, byte[]> all() {
        Map<Key, byte[]> found = new HashMap<>();
        settings.startingWith(prefix).forEach((name, text) -> {
            Matcher matcher = NAME.matcher(name.substring(prefix.length()));
            if (!matcher.matches() || !VALUE.matcher(text).matches()) {
                LOG.warn("the setting {} is left out, it is no saved feature", name);
                return;
            }
            Key key = new Key(
                    Integer.parseInt(matcher.group(1), 16),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)));
            found.put(key, HexFormat.of().parseHex(text));
        });
        return found;
    }

    /** By what name messages and the settings know it. */
    public String name(Key key) {
        return "%s%02x.%d.%d".formatted(prefix, key.feature(), key.part(), key.namespaceId());
    }
}
