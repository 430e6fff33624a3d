package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.cli.JsonText;
import io.vfiouser.nvme.spec.NamespaceDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever bytes a server sends, they are listed in printable lines, and in JSON that a program can read. */
class HostileStructuresTest {

    private static final int ROUNDS = 200;

    private static MemorySegment random(SplittableRandom random, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        return MemorySegment.ofArray(bytes);
    }

    private static MemorySegment filled(int lengthBytes, int value) {
        byte[] bytes = new byte[lengthBytes];
        Arrays.fill(bytes, (byte) value);
        return MemorySegment.ofArray(bytes);
    }

    private static void check(Listing listing) {
        for (String line : listing.lines()) {
            assertThat(line).matches("[\\t\\x20-\\x7e°]*");
        }
        assertThat(JsonText.object(JsonText.write(listing.asMap())))
                .containsOnlyKeys(listing.asMap().keySet());
    }

    private static void checkAll(
            MemorySegment controller, MemorySegment namespace, MemorySegment page, long registers) {
        check(Listings.controller(controller, registers, (int) registers, false));
        List<NamespaceDescriptor> descriptors = NamespaceDescriptor.readList(controller);
        check(Listings.namespace((int) registers, namespace, descriptors));
        check(Listings.smartLog(page));
        check(new SubsystemPath("socket", (int) registers).of(controller));
    }

    @Test
    void randomBytesAreListed() {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < ROUNDS; i++) {
            checkAll(random(random, 4096), random(random, 4096), random(random, 512), random.nextLong());
        }
    }

    @Test
    void everyByteAlikeIsListed() {
        for (int value = 0; value < 256; value++) {
            checkAll(filled(4096, value), filled(4096, value), filled(512, value), value * 0x0101_0101_0101_0101L);
        }
    }
}
