package io.vfiouser.nvme.migration;

import java.util.Optional;

/** The sections of the vendor specific part of a controller's state. */
enum StateSection {
    LIMITS(1, "limits", true),
    REGISTERS(2, "registers", true),
    ADMIN_QUEUE(3, "admin queue", false),
    ABORTED_ENTRIES(4, "aborted entries", true),
    DOORBELL_BUFFERS(5, "doorbell buffers", false),
    FEATURES(6, "features", true),
    EVENTS(7, "events", true),
    COMMANDS(8, "commands", true),
    COMPLETIONS(9, "completions", true),
    INTERRUPTS(10, "pending interrupts", true),
    LOGS(11, "logs", true),
    CLOCKS(12, "clocks", true),
    NAMESPACES(13, "namespaces", true),
    PCI(14, "PCI function", true);

    /** The version in which this release writes each section, and up to which it knows all fields. */
    static final int VERSION = 1;

    private final int tag;
    private final String title;
    private final boolean always;

    StateSection(int tag, String title, boolean always) {
        this.tag = tag;
        this.title = title;
        this.always = always;
    }

    static Optional<StateSection> of(int tag) {
        for (StateSection section : values()) {
            if (section.tag == tag) {
                return Optional.of(section);
            }
        }
        return Optional.empty();
    }

    int tag() {
        return tag;
    }

    /** What messages call it. */
    String title() {
        return "the section \"" + title + "\"";
    }

    /** Whether a state without it is refused. A section that a later minor version adds is none of these. */
    boolean always() {
        return always;
    }
}
