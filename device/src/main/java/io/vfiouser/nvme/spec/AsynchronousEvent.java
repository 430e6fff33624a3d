package io.vfiouser.nvme.spec;

/**
 * An asynchronous event, DW0 of the completion of an Asynchronous Event Request: type 2:0, information 15:8, log page 23:16.
 * Base 2.1, section 5.1.2.1.
 *
 * @param type one of the {@code TYPE_} constants
 * @param information what happened, within the type
 * @param logPage the {@link LogPageId} whose reading clears the event
 */
public record AsynchronousEvent(int type, int information, int logPage) {
    public static final int TYPE_ERROR = 0;
    public static final int TYPE_SMART_HEALTH = 1;
    public static final int TYPE_NOTICE = 2;
    public static final int TYPE_IMMEDIATE = 3;
    public static final int TYPE_ONE_SHOT = 4;
    /** Specific to an I/O command set. */
    public static final int TYPE_IO_COMMAND_SET = 6;

    public static final int TYPE_VENDOR_SPECIFIC = 7;

    /** A doorbell write that names a queue which does not exist. */
    public static final AsynchronousEvent INVALID_DOORBELL_REGISTER =
            new AsynchronousEvent(TYPE_ERROR, 0x00, LogPageId.ERROR_INFORMATION);
    /** A doorbell write whose value the queue cannot have. */
    public static final AsynchronousEvent INVALID_DOORBELL_VALUE =
            new AsynchronousEvent(TYPE_ERROR, 0x01, LogPageId.ERROR_INFORMATION);
    /** A self-test of the controller at power on or the like found a failure. */
    public static final AsynchronousEvent DIAGNOSTIC_FAILURE =
            new AsynchronousEvent(TYPE_ERROR, 0x02, LogPageId.ERROR_INFORMATION);
    /** A failure that no retry overcomes; the host has to reset the controller. */
    public static final AsynchronousEvent PERSISTENT_INTERNAL_ERROR =
            new AsynchronousEvent(TYPE_ERROR, 0x03, LogPageId.ERROR_INFORMATION);
    /** A failure that is over. */
    public static final AsynchronousEvent TRANSIENT_INTERNAL_ERROR =
            new AsynchronousEvent(TYPE_ERROR, 0x04, LogPageId.ERROR_INFORMATION);
    /** The firmware image could not be loaded. */
    public static final AsynchronousEvent FIRMWARE_IMAGE_LOAD_ERROR =
            new AsynchronousEvent(TYPE_ERROR, 0x05, LogPageId.ERROR_INFORMATION);
    /** The NVM subsystem is less reliable than it was: media errors, read-only media and the like. */
    public static final AsynchronousEvent SUBSYSTEM_RELIABILITY =
            new AsynchronousEvent(TYPE_SMART_HEALTH, 0x00, LogPageId.SMART_HEALTH);
    /** The composite temperature crossed a threshold. */
    public static final AsynchronousEvent TEMPERATURE_THRESHOLD =
            new AsynchronousEvent(TYPE_SMART_HEALTH, 0x01, LogPageId.SMART_HEALTH);
    /** The available spare fell below its threshold. */
    public static final AsynchronousEvent SPARE_BELOW_THRESHOLD =
            new AsynchronousEvent(TYPE_SMART_HEALTH, 0x02, LogPageId.SMART_HEALTH);
    /** A namespace that is attached came, went or changed its size. */
    public static final AsynchronousEvent NAMESPACE_ATTRIBUTE_CHANGED =
            new AsynchronousEvent(TYPE_NOTICE, 0x00, LogPageId.CHANGED_NAMESPACES);
    /** A firmware activation starts: commands are not processed meanwhile. */
    public static final AsynchronousEvent FIRMWARE_ACTIVATION_STARTING =
            new AsynchronousEvent(TYPE_NOTICE, 0x01, LogPageId.FIRMWARE_SLOT);
    /** A namespace, attached or not, was created, deleted or changed. */
    public static final AsynchronousEvent ALLOCATED_NAMESPACE_ATTRIBUTE_CHANGED =
            new AsynchronousEvent(TYPE_NOTICE, 0x09, LogPageId.CHANGED_ALLOCATED_NAMESPACES);

    private static final int[] SMART_CONFIGURATION = {
        SmartLog.WARNING_RELIABILITY
                | SmartLog.WARNING_READ_ONLY
                | SmartLog.WARNING_VOLATILE_BACKUP
                | SmartLog.WARNING_PERSISTENT_MEMORY,
        SmartLog.WARNING_TEMPERATURE,
        SmartLog.WARNING_SPARE
    };
    private static final int[] NOTICE_CONFIGURATION = {
        AsynchronousEventConfiguration.ATTACHED_NAMESPACE_ATTRIBUTE,
        AsynchronousEventConfiguration.FIRMWARE_ACTIVATION,
        AsynchronousEventConfiguration.TELEMETRY_LOG,
        AsynchronousEventConfiguration.ASYMMETRIC_NAMESPACE_ACCESS,
        AsynchronousEventConfiguration.PREDICTABLE_LATENCY,
        AsynchronousEventConfiguration.LBA_STATUS,
        AsynchronousEventConfiguration.ENDURANCE_GROUP,
        AsynchronousEventConfiguration.REACHABILITY_GROUP,
        AsynchronousEventConfiguration.REACHABILITY_ASSOCIATION,
        AsynchronousEventConfiguration.ALLOCATED_NAMESPACE_ATTRIBUTE
    };

    public static AsynchronousEvent of(int dw0) {
        return new AsynchronousEvent(dw0 & 0x7, dw0 >>> 8 & 0xFF, dw0 >>> 16 & 0xFF);
    }

    /**
     * The bits of {@link AsynchronousEventConfiguration} that belong to the event; it is reported only if one of them is set. 0 for an
     * event that a host cannot turn off, as all errors are. Of the reliability event each bit stands for another cause.
     */
    public int configurationBits() {
        return switch (type) {
            case TYPE_SMART_HEALTH -> at(SMART_CONFIGURATION);
            case TYPE_NOTICE -> at(NOTICE_CONFIGURATION);
            default -> 0;
        };
    }

    /** Whether it is reported where the Asynchronous Event Configuration feature has this value. */
    public boolean enabledBy(int configuration) {
        int bits = configurationBits();
        return bits == 0 || (configuration & bits) != 0;
    }

    private int at(int[] bits) {
        return information < bits.length ? bits[information] : 0;
    }

    public int dw0() {
        return type | information << 8 | logPage << 16;
    }
}
