package io.vfiouser.nvme.cli.identify;

import java.util.Locale;

/** A part of what {@code identify} shows. */
public enum Section {
    CONTROLLER("controller"),
    NAMESPACES("namespaces"),
    SMART("smart_log"),
    SUBSYSTEM("subsystem");

    private final String key;

    Section(String key) {
        this.key = key;
    }

    /** Its name in the JSON document. */
    String key() {
        return key;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
