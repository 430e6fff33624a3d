package io.vfiouser.nvme.block;

/**
 * How a request ended. Closed on purpose and coarse: each constant is something that a controller reports to its host in
 * its own way. Details for people go to the back end's log.
 */
public enum BlockStatus {
    /** Done as asked. */
    OK,
    /** Some of the blocks cannot be read; the request's memory may have been written in part. */
    READ_ERROR,
    /**
     * The medium refused a change or a flush. Each block of the range holds its old or its new content; after a failed
     * flush nothing that was written since the flush before it may be taken as durable.
     */
    WRITE_ERROR,
    /** Blocks beyond the device's present end: refused before any effect. */
    OUT_OF_RANGE,
    /** What stores the device is full. Blocks of the range hold their old or their new content. */
    NO_SPACE,
    /** The device is read-only: refused before any effect. */
    READ_ONLY,
    /**
     * The request's memory could not be reached, for instance because its owner shrank the file behind it. A read may have
     * filled it in part; each block of a write holds its old or its new content.
     */
    MEMORY_FAULT,
    /** The request contradicts itself or what the device announced: refused before any effect. */
    INVALID_REQUEST,
    /** The device does not know this operation: refused before any effect. */
    UNSUPPORTED,
    /** The device is not active ({@link BlockDevice#activate()}): refused before any effect. */
    NOT_ACTIVE,
    /**
     * Taken back by {@link BlockChannel#cancel}: nothing will touch the request's memory or change the medium for it any more.
     * Each block of its range holds its old or its new content, so the request can be executed again from the start.
     */
    CANCELLED,
    /** The back end itself failed; its log says why. */
    INTERNAL_ERROR
}
