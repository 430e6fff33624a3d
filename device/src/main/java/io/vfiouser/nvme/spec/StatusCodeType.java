package io.vfiouser.nvme.spec;

/** Status Code Type, three bits of a completion's status. Base 2.1, section 4.2.3. */
public enum StatusCodeType {
    GENERIC,
    COMMAND_SPECIFIC,
    MEDIA_AND_DATA_INTEGRITY,
    PATH_RELATED;

    /** The value on the wire. */
    public int value() {
        return ordinal();
    }
}
