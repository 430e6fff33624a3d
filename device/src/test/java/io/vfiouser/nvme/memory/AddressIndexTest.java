package io.vfiouser.nvme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Whatever the addresses, the answer is that of a sorted set. */
class AddressIndexTest {
    private static final long TOP = 1L << 63;

    private static void answersLikeASortedSet(NavigableSet<Long> addresses, Random random) {
        AddressIndex index =
                new AddressIndex(addresses.stream().mapToLong(each -> each).toArray(), 1);
        List<Long> places = List.copyOf(addresses);
        for (long address : places) {
            for (long near = address - 1; near != address + 2; near++) {
                check(index, addresses, places, near);
            }
        }
        for (long address : new long[] {0, 1, -1, TOP, TOP - 1, Long.MIN_VALUE + 1}) {
            check(index, addresses, places, address);
        }
        for (int i = 0; i < 200; i++) {
            check(index, addresses, places, random.nextLong());
        }
    }

    private static void check(AddressIndex index, NavigableSet<Long> addresses, List<Long> places, long address) {
        Long floor = addresses.floor(address);
        int found = index.floor(address);
        if (!places.isEmpty()) {
            assertThat(index.guess(address)).isBetween(0, places.size() - 1);
        }
        if (floor == null) {
            assertThat(found).isEqualTo(-1);
        } else {
            assertThat(index.guess(address)).isLessThanOrEqualTo(found);
            assertThat(places.get(found)).isEqualTo(floor);
        }
    }

    private static NavigableSet<Long> addresses(int count, LongSupplier next) {
        NavigableSet<Long> set = new TreeSet<>(Comparator.comparing((Long each) -> each, Long::compareUnsigned));
        for (int i = 0; i < count; i++) {
            set.add(next.getAsLong());
        }
        return set;
    }

    @Test
    void noneOneAndTwo() {
        Random random = new Random(1);
        answersLikeASortedSet(addresses(0, () -> 0), random);
        answersLikeASortedSet(addresses(1, () -> 0), random);
        answersLikeASortedSet(addresses(1, () -> -1), random);
        answersLikeASortedSet(addresses(2, () -> random.nextBoolean() ? 0 : -1), random);
    }

    @Test
    void addressesInAnyOrderOfMagnitude() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int bits = 4 + random.nextInt(60);
            answersLikeASortedSet(addresses(1 + random.nextInt(300), () -> random.nextLong() >>> bits), random);
            answersLikeASortedSet(addresses(1 + random.nextInt(300), random::nextLong), random);
        }
    }

    @Test
    void manyCloseTogetherAndOneFarAway() {
        Random random = new Random(3);
        NavigableSet<Long> addresses = addresses(3000, () -> random.nextInt(10_000));
        addresses.add(-1L);
        answersLikeASortedSet(addresses, random);
    }
}
