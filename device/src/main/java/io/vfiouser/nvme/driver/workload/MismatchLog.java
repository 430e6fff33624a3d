package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
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

    synchronized void save(GuestStateWriter into) {
        into.i64(count).i32(first.size());
        for (Mismatch mismatch : first) {
            into.i32(mismatch.namespaceId()).i64(mismatch.lba());
            into.text(mismatch.expected()).text(mismatch.found());
        }
    }

    synchronized void restore(GuestStateReader from) {
        count = from.i64();
        int kept = from.i32(0, KEPT, "the number of mismatches kept");
        for (int i = 0; i < kept; i++) {
            first.add(new Mismatch(from.i32(), from.i64(), from.text(), from.text()));
        }
        GuestStateReader.require(count >= kept, "more mismatches are kept than there were");
    }

    synchronized long count() {
        return count;
    }

    synchronized List<Mismatch> first() {
        return List.copyOf(first);
    }
}
