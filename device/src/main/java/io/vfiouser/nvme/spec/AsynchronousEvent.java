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

    /** A doorbell write that names a queue which does not exist. */
    public static final AsynchronousEvent INVALID_DOORBELL_REGISTER =
            new AsynchronousEvent(TYPE_ERROR, 0x00, LogPageId.ERROR_INFORMATION);
    /** A doorbell write whose value the queue cannot have. */
    public static final AsynchronousEvent INVALID_DOORBELL_VALUE =
            new AsynchronousEvent(TYPE_ERROR, 0x01, LogPageId.ERROR_INFORMATION);
    /** The composite temperature crossed a threshold. */
    public static final AsynchronousEvent TEMPERATURE_THRESHOLD =
            new AsynchronousEvent(TYPE_SMART_HEALTH, 0x01, LogPageId.SMART_HEALTH);
    /** A namespace came, went or changed its size. */
    public static final AsynchronousEvent NAMESPACE_ATTRIBUTE_CHANGED =
            new AsynchronousEvent(TYPE_NOTICE, 0x00, LogPageId.CHANGED_NAMESPACES);

    public static AsynchronousEvent of(int dw0) {
        return new AsynchronousEvent(dw0 & 0x7, dw0 >>> 8 & 0xFF, dw0 >>> 16 & 0xFF);
    }

    public int dw0() {
        return type | information << 8 | logPage << 16;
    }
}
