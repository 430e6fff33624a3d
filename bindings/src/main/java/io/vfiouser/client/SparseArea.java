package io.vfiouser.client;

/**
 * A part of a region that may be mapped.
 *
 * @param offset where it begins in the region, in bytes
 * @param lengthBytes how long it is
 */
public record SparseArea(long offset, long lengthBytes) {}
