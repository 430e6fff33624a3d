package io.vfiouser.nvme.spec;

/** Status Code Type, three bits of a completion's status. Base 2.1, section 4.2.3. */
public enum StatusCodeType {
    GENERIC(0),
    COMMAND_SPECIFIC(1),
    MEDIA_AND_DATA_INTEGRITY(2),
    PATH_RELATED(3);

    private final int value;

    StatusCodeType(int value) {
        this.value = value;
    }

    /** The value on the wire. */
    public int value() {
        return value;
    }
}
