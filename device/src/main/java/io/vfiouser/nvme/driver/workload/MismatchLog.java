package io.vfiouser.nvme.driver.workload;

import java.util.ArrayList;
import java.util.List;

/** Counts mismatches of all threads and keeps the first few. */
final class MismatchLog {

    private static final int KEPT = 16;

    private final List<Mismatch> first = new ArrayList<>();
    private long count;

    synchronized void add(Mismatch mismatch) {
        count++;
        if (first.size() < KEPT) {
            first.add(mismatch);
        }
    }

    synchronized long count() {
        return count;
    }

    synchronized List<Mismatch> first() {
        return List.copyOf(first);
    }
}
