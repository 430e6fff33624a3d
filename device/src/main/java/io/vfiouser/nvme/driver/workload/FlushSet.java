package io.vfiouser.nvme.driver.workload;

/** Writes that completed since the last flush was submitted, or those that a flush in flight covers. */
final class FlushSet {

    private final long[] units;
    private final int[] generations;
    private int size;

    FlushSet(int capacity) {
        units = new long[capacity];
        generations = new int[capacity];
    }

    int size() {
        return size;
    }

    void add(long unit, int generation) {
        units[size] = unit;
        generations[size++] = generation;
    }

    void takeFrom(FlushSet other) {
        System.arraycopy(other.units, 0, units, 0, other.size);
        System.arraycopy(other.generations, 0, generations, 0, other.size);
        size = other.size;
        other.clear();
    }

    void clear() {
        size = 0;
    }

    void appendTo(FlushJournal journal) {
        journal.append(units, generations, size);
    }
}
