package io.vfiouser.nvme.migration;

/** What becomes of the namespaces' content as a controller moves. Both sides must have the same. */
public enum StorageMode {
    /** It moves too, in the stream: each side has a medium of its own. */
    COPY,
    /** It stays: both sides reach the same medium, which the source lets go before the destination takes it. */
    SHARED
}
