package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockIdentity;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a subsystem has {@linkplain NvmSubsystem#adopt adopted}, in its settings, so that a server that is started again is still the one
 * its guest knows. Each entry says whose it was: a subsystem or a back end that is another one by now, for instance because
 * the server was started with other images, does not get it. Any thread.
 */
final class AdoptedSettings {
    private static final Logger LOG = LoggerFactory.getLogger(AdoptedSettings.class);
    private static final String SUBSYSTEM = "adopted.subsystem.";
    private static final String NAMESPACE = "adopted.namespace.";
    private static final String OWNER = "of";
    private static final String ATTACHED = "attached";
    private static final String DETACHED = "detached";
    private static final int IDENTIFIER_DIGITS = 16;
    private static final Pattern IDENTITY = Pattern.compile("(\\p{XDigit}{" + IDENTIFIER_DIGITS + "})\\.(\\p{XDigit}{"
            + IDENTIFIER_DIGITS + "})(\\p{XDigit}{" + IDENTIFIER_DIGITS + "})\\.([-\\p{XDigit}]{36})");

    private final SubsystemSettings settings;

    AdoptedSettings(SubsystemSettings settings) {
        this.settings = settings;
    }

    /** What a subsystem passes for, which was made with {@code own}. */
    SubsystemIdentity identity(SubsystemIdentity own) {
        Map<String, String> stored = settings.startingWith(SUBSYSTEM);
        if (!own.serial().equals(stored.get(SUBSYSTEM + OWNER))) {
            return own;
        }
        try {
            return new SubsystemIdentity(
                    stored.getOrDefault(SUBSYSTEM + "serial", ""),
                    stored.getOrDefault(SUBSYSTEM + "model", ""),
                    stored.getOrDefault(SUBSYSTEM + "firmware", ""),
                    stored.getOrDefault(SUBSYSTEM + "name", ""));
        } catch (IllegalArgumentException e) {
            LOG.warn("the settings {}* are left out: {}", SUBSYSTEM, e.getMessage());
            return own;
        }
    }

    /** Gives a namespace that was just made what is remembered of it. */
    void apply(Namespace namespace) {
        if (!isOf(namespace)) {
            return;
        }
        String prefix = prefix(namespace.id());
        settings.get(prefix + "identity")
                .ifPresent(text -> parse(text)
                        .ifPresentOrElse(
                                namespace::adopt,
                                () -> LOG.warn("the setting {}identity is left out, it is no identity", prefix)));
        settings.get(prefix + "format").ifPresent(text -> {
            int index = text.matches("\\d{1,2}") ? Integer.parseInt(text) : -1;
            if (namespace.canHave(index)) {
                namespace.format(NamespaceFormat.of(index, namespace.device().blockSizeBytes()));
            } else {
                LOG.warn("the setting {}format is left out, {} cannot have that format", prefix, namespace);
            }
        });
    }

    /** Whether a controller has a namespace, if that is remembered. */
    Optional<Boolean> attachment(Namespace namespace, int controllerId) {
        if (!isOf(namespace)) {
            return Optional.empty();
        }
        return settings.get(attachmentName(namespace.id(), controllerId)).map(ATTACHED::equals);
    }

    /** Remembers an adoption. */
    void put(SubsystemIdentity own, AdoptedSubsystem adopted, Iterable<Namespace> namespaces) {
        Map<String, String> changes = new HashMap<>();
        SubsystemIdentity identity = adopted.identity();
        changes.put(SUBSYSTEM + OWNER, own.serial());
        changes.put(SUBSYSTEM + "serial", identity.serial());
        changes.put(SUBSYSTEM + "model", identity.model());
        changes.put(SUBSYSTEM + "firmware", identity.firmware());
        changes.put(SUBSYSTEM + "name", identity.name());
        for (Namespace namespace : namespaces) {
            String prefix = prefix(namespace.id());
            boolean attached = adopted.namespaces().stream().anyMatch(n -> n.id() == namespace.id() && n.attached());
            changes.put(prefix + OWNER, namespace.device().identity().uuid().toString());
            changes.put(prefix + "identity", format(namespace.identity()));
            changes.put(prefix + "format", String.valueOf(namespace.format().index()));
            changes.put(attachmentName(namespace.id(), adopted.controllerId()), attached ? ATTACHED : DETACHED);
        }
        // A failure is in the log; what was adopted holds until the process ends.
        var ignored = settings.put(changes);
    }

    /** The namespace has another format since. */
    void formatted(Namespace namespace) {
        replace(
                namespace,
                prefix(namespace.id()) + "format",
                String.valueOf(namespace.format().index()));
    }

    /** A controller got or lost the namespace since. */
    void attached(Namespace namespace, int controllerId, boolean attached) {
        replace(namespace, attachmentName(namespace.id(), controllerId), attached ? ATTACHED : DETACHED);
    }

    /** The namespace is gone: another one with its NSID is not it. */
    void forget(int namespaceId) {
        var ignored = settings.change(now -> now.keySet().removeIf(name -> name.startsWith(prefix(namespaceId))));
    }

    /** Looks where the values are written, since what was adopted may still be on its way there. */
    private void replace(Namespace namespace, String name, String value) {
        String owner = namespace.device().identity().uuid().toString();
        var ignored = settings.change(now -> {
            if (owner.equals(now.get(prefix(namespace.id()) + OWNER))) {
                now.replace(name, value);
            }
        });
    }

    private boolean isOf(Namespace namespace) {
        String owner = namespace.device().identity().uuid().toString();
        return settings.get(prefix(namespace.id()) + OWNER)
                .filter(owner::equals)
                .isPresent();
    }

    private static String prefix(int namespaceId) {
        return NAMESPACE + namespaceId + ".";
    }

    private static String attachmentName(int namespaceId, int controllerId) {
        return prefix(namespaceId) + "controller." + controllerId;
    }

    private static String format(BlockIdentity identity) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(identity.eui64()) + "." + hex.toHexDigits(identity.nguidHigh())
                + hex.toHexDigits(identity.nguidLow()) + "." + identity.uuid();
    }

    private static Optional<BlockIdentity> parse(String text) {
        Matcher matcher = IDENTITY.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BlockIdentity(
                    HexFormat.fromHexDigitsToLong(matcher.group(1)),
                    HexFormat.fromHexDigitsToLong(matcher.group(2)),
                    HexFormat.fromHexDigitsToLong(matcher.group(3)),
                    UUID.fromString(matcher.group(4))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
