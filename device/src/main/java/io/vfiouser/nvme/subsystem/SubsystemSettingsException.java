package io.vfiouser.nvme.subsystem;

/** A subsystem's settings cannot be read or written. */
public final class SubsystemSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SubsystemSettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
