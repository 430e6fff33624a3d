package io.vfiouser.nvme.migration;

/**
 * A value of a feature that is not its default. Base 2.1, section 4.4.
 *
 * @param feature feature identifier
 * @param part which of several values of the feature, for instance of which vector; otherwise 0
 * @param namespaceId of a feature with a value for each namespace; otherwise 0
 * @param saved whether this is the saved value; otherwise it is the current one
 * @param value the dword or the data structure, little-endian
 */
public record FeatureState(int feature, int part, int namespaceId, boolean saved, Bytes value) {}
