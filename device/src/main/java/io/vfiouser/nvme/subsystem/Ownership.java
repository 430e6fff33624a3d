package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockDeviceException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the namespaces are this process's to serve, as controllers move from process to process. Another thing than whether the media are
 * {@linkplain NvmSubsystem#owned() activated}: while content is being received they are, and what they hold is nobody's disk yet. Any thread;
 * what activates and releases waits for the media.
 *
 * <p>Whatever breaks, one rule holds: who has not {@linkplain #handOver handed over} is the owner, and who has not {@linkplain #take taken}
 * is not.
 */
public final class Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    /** What a subsystem is to its namespaces. */
    public enum Role {
        /** It serves them. */
        OWNER,
        /** It was started to take them from somebody else, and has not. */
        INCOMING,
        /** It has given them to somebody else, and may be given them again. */
        HANDED_OVER
    }

    private final NvmSubsystem subsystem;
    private Role role;

    Ownership(NvmSubsystem subsystem, Role role) {
        this.subsystem = subsystem;
        this.role = role;
    }

    public synchronized Role role() {
        return role;
    }

    public synchronized boolean isOwner() {
        return role == Role.OWNER;
    }

    /**
     * Activates the media for content that somebody else sends; {@link #take} or {@link #giveUp} follows.
     *
     * @throws BlockDeviceException if that is not possible
     */
    public synchronized void openForContent() {
        subsystem.takeOver();
    }

    /**
     * Becomes the owner.
     *
     * @throws BlockDeviceException if a medium cannot be activated, for instance since the other side still has it
     */
    public synchronized void take() {
        subsystem.takeOver();
        role = Role.OWNER;
    }

    /**
     * Lets the media go for somebody else. What could not be made durable is logged: the other side has a copy, or the same medium.
     *
     * @throws IllegalStateException if {@link NvmSubsystem#letGoRefusal} has a reason; it is the owner still
     */
    public synchronized void handOver() {
        release();
        role = Role.HANDED_OVER;
    }

    /** Takes nothing after all: what was activated for content is released. */
    public synchronized void giveUp() {
        if (role != Role.OWNER) {
            release();
        }
    }

    private void release() {
        try {
            subsystem.letGo();
        } catch (BlockDeviceException e) {
            LOG.error(
                    "{}: not all data could be made durable",
                    subsystem.identity().serial(),
                    e);
        }
    }

    /**
     * A host wants to use a controller: may it? Where both sides reach the same medium, that medium's lock decides whether what was handed over
     * can be taken again.
     *
     * @param sharedMedium whether the other side has the same medium rather than a copy
     * @return why not, in a sentence
     */
    public synchronized Optional<String> admit(boolean sharedMedium) {
        return switch (role) {
            case OWNER -> Optional.empty();
            case INCOMING ->
                Optional.of("the server was started with --incoming and waits for a controller to move in");
            case HANDED_OVER -> {
                if (!sharedMedium) {
                    yield Optional.of("the namespaces were handed over to another server, and this copy of them is old:"
                            + " move the controller back, or restart the server to serve the copy");
                }
                try {
                    take();
                    yield Optional.empty();
                } catch (BlockDeviceException e) {
                    yield Optional.of("the namespaces were handed over to another server: " + e.getMessage());
                }
            }
        };
    }
}
