package io.vfiouser.nvme.subsystem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What hosts have asked a subsystem to remember: names and values. They outlive resets and connections, and if there is a file, the
 * process. What a name means, and whether its value makes sense, is its owner's affair. Any thread.
 *
 * <p>Names are of letters, digits, {@code .}, {@code -} and {@code _}; values of printable ASCII.
 */
public final class SubsystemSettings {
    private static final Logger LOG = LoggerFactory.getLogger(SubsystemSettings.class);

    private final Optional<Path> file;
    private final Executor worker;
    private volatile Map<String, String> values;

    private SubsystemSettings(Optional<Path> file, Executor worker, Map<String, String> values) {
        this.file = file;
        this.worker = worker;
        this.values = values;
    }

    /** Settings that end with the process. */
    static SubsystemSettings inMemory() {
        return new SubsystemSettings(Optional.empty(), Runnable::run, Map.of());
    }

    /**
     * Settings in a file, which need not exist yet. Lines that make no sense are left out with a warning.
     *
     * @param worker where the file is written, in the order of the calls
     * @throws SubsystemSettingsException if there is something that cannot be read, or that is no file of settings
     */
    static SubsystemSettings of(Path file, Executor worker) {
        try {
            return new SubsystemSettings(Optional.of(file), worker, SettingsFile.read(file));
        } catch (IOException e) {
            throw new SubsystemSettingsException(
                    "settings file %s cannot be used: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The value of a name, if it has one. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** All names that begin like this, sorted, with their values. */
    public Map<String, String> startingWith(String prefix) {
        Map<String, String> found = new TreeMap<>(values);
        found.keySet().removeIf(name -> !name.startsWith(prefix));
        return found;
    }

    /** As {@link #put(Map)}, with one name. */
    public CompletableFuture<Void> put(String name, String value) {
        return put(Map.of(name, value));
    }

    /**
     * Gives names values, all or none.
     *
     * @return completes when they can be read and, if there is a file, are durable; exceptionally if that failed, and then
     *     nothing has changed
     * @throws IllegalArgumentException for names or values that a file cannot hold
     */
    public CompletableFuture<Void> put(Map<String, String> changes) {
        changes.forEach(SettingsFile::check);
        return change(now -> now.putAll(changes));
    }

    /** Makes these the only ones that begin like {@code prefix}, as each of them does; completes as {@link #put(Map)} does. */
    public CompletableFuture<Void> replaceStartingWith(String prefix, Map<String, String> wanted) {
        wanted.forEach(SettingsFile::check);
        return change(now -> {
            now.keySet().removeIf(name -> name.startsWith(prefix));
            now.putAll(wanted);
        });
    }

    /** Forgets a name; completes as {@link #put(Map)} does. */
    public CompletableFuture<Void> remove(String name) {
        return change(now -> now.remove(name));
    }

    /** What becomes of the values, where and when it is their turn: in the order of the calls. */
    interface Change {
        void apply(Map<String, String> values);
    }

    CompletableFuture<Void> change(Change change) {
        try {
            return CompletableFuture.runAsync(() -> make(change), worker);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private synchronized void make(Change change) {
        Map<String, String> changed = new HashMap<>(values);
        change.apply(changed);
        if (changed.equals(values)) {
            return;
        }
        if (file.isPresent()) {
            try {
                SettingsFile.write(file.get(), changed);
            } catch (IOException e) {
                LOG.error("settings could not be written to {}", file.get(), e);
                throw new SubsystemSettingsException(
                        "settings could not be written to %s: %s".formatted(file.get(), e.getMessage()), e);
            }
        }
        values = Map.copyOf(changed);
    }
}
