package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;

/** Writes that completed since the last flush was submitted, or those that a flush in flight covers. */
final class FlushSet {

    private final long[] units;
    private final int[] generations;
    private int size;

    FlushSet(int capacity) {
        units = new long[capacity];
        generations = new int[capacity];
    }

    int capacity() {
        return units.length;
    }

    int size() {
        return size;
    }

    void add(long unit, int generation) {
        units[size] = unit;
        generations[size++] = generation;
    }

    void save(GuestStateWriter into) {
        into.longs(units, size).ints(generations, size);
    }

    void restore(GuestStateReader from) {
        long[] savedUnits = from.longs(units.length);
        int[] savedGenerations = from.ints(units.length);
        GuestStateReader.require(savedUnits.length == savedGenerations.length, "a set of flushed units is torn");
        size = savedUnits.length;
        System.arraycopy(savedUnits, 0, units, 0, size);
        System.arraycopy(savedGenerations, 0, generations, 0, size);
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
