package io.vfiouser.client;

import java.util.BitSet;

/**
 * Learning which pages of the memory given to the server the device has written. The same thread as its {@link VfioUserClient},
 * which it lives as long as.
 *
 * <p>What the server writes by messages is noted on this side and reported together with what the server reports.
 */
public sealed interface DirtyLog permits CommandDirtyLog, FeatureDirtyLog {
    /** How many bytes one bit stands for; known once the log is on. */
    long pageBytes();

    /** Switches the log on. It covers all memory, also what is mapped later. */
    void start();

    /** Switches the log off and forgets what it holds. */
    void stop();

    /**
     * The pages written since the log was switched on or they were reported last, and marks them as not written.
     *
     * @param iova with {@code lengthBytes}, exactly one mapping of {@link VfioUserClient#mapDma}
     * @return one bit per page, bit 0 for the first
     * @throws IllegalArgumentException if there is no such mapping
     */
    BitSet report(long iova, long lengthBytes);
}
