package io.vfiouser.nvme.subsystem;

/** What came of attaching a namespace to controllers or detaching it; anything but {@link #DONE} has changed nothing. */
public enum AttachmentOutcome {
    DONE,
    /** The namespace does not exist any more. */
    NAMESPACE_GONE,
    /** There is no such controller. */
    CONTROLLER_UNKNOWN,
    ALREADY_ATTACHED,
    NOT_ATTACHED,
    /** The namespace may be attached to one controller only. */
    PRIVATE
}
