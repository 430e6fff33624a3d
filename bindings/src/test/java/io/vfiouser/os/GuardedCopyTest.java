package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedCopyTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 8;
    /** So often the code around the copy is compiled. */
    private static final int OFTEN = 20_000;

    @BeforeEach
    void onlyWhereThereIsOne() {
        assumeTrue(GuardedCopy.isAvailable(), GuardedCopy.hindrance());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 4096, 4097, 262_144, 262_145, 1_000_000})
    void allBytesArriveAndNoOthersChange(int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(bytes + 20L);
            MemorySegment to = arena.allocate(bytes + 20L);
            for (long i = 0; i < from.byteSize(); i++) {
                from.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + 7));
            }
            MemorySegment expected = arena.allocate(bytes + 20L).copyFrom(to);
            MemorySegment.copy(from, 3, expected, 11, bytes);

            GuardedCopy.copy(from, 3, to, 11, bytes);

            assertThat(to.mismatch(expected)).isEqualTo(-1);
        }
    }

    @Test
    void whatIsOutsideReadOnlyOfAnArrayOrClosedIsRefused() {
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(16);
            MemorySegment other = arena.allocate(16);
            closed = arena.allocate(16);
            assertThatThrownBy(() -> GuardedCopy.copy(memory, 8, other, 0, 9))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> GuardedCopy.copy(memory, 0, other, -1, 9))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> GuardedCopy.copy(memory, 0, other, 0, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> GuardedCopy.copy(memory, 0, other.asReadOnly(), 0, 16))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> GuardedCopy.copy(MemorySegment.ofArray(new byte[16]), 0, other, 0, 16))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> GuardedCopy.copy(memory, 0, MemorySegment.ofArray(new byte[16]), 0, 16))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        MemorySegment alive = Arena.ofAuto().allocate(16);
        assertThatThrownBy(() -> GuardedCopy.copy(closed, 0, alive, 0, 16)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> GuardedCopy.copy(alive, 0, closed, 0, 16)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memoryThatWasCutOffIsAnErrorAndWhatWasBeforeTheCutHasBeenCopied() {
        try (MemFd file = MemFd.create("cut", PAGES * PAGE);
                Mapping mapping = file.map(0, PAGES * PAGE, Protection.READ_WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(PAGES * PAGE, PAGE);
            mapping.segment().fill((byte) 1);
            file.resize(3L * PAGE);

            assertThatThrownBy(() -> GuardedCopy.copy(mapping.segment(), 0, own, 0, PAGES * PAGE))
                    .isInstanceOf(InternalError.class);
            assertThat(own.asSlice(0, 3 * PAGE).toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
            assertThat(own.asSlice(3 * PAGE).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            assertThatThrownBy(() -> GuardedCopy.copy(own, 0, mapping.segment(), 2 * PAGE, 3 * PAGE))
                    .isInstanceOf(InternalError.class);

            GuardedCopy.copy(own, 3 * PAGE, mapping.segment(), 0, 3 * PAGE);
            assertThat(mapping.segment().asSlice(0, 3 * PAGE).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(0);
        }
    }

    @Test
    void itIsAnErrorInCompiledCodeAsWellAndSoAreJavasOwnAccesses() {
        try (MemFd file = MemFd.create("cut", PAGES * PAGE);
                Mapping mapping = file.map(0, PAGES * PAGE, Protection.READ_WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(PAGES * PAGE, PAGE);
            for (int i = 0; i < OFTEN; i++) {
                GuardedCopy.copy(mapping.segment(), 0, own, 0, PAGE);
            }
            file.resize(0);
            int errors = 0;
            for (int i = 0; i < OFTEN; i++) {
                try {
                    GuardedCopy.copy(mapping.segment(), 0, own, 0, PAGE);
                } catch (InternalError e) {
                    errors++;
                }
            }
            assertThat(errors).isEqualTo(OFTEN);
            assertThatThrownBy(() -> {
                        MemorySegment.copy(mapping.segment(), 0, own, 0, PAGE);
                        MemoryFaults.deliver();
                    })
                    .isInstanceOf(InternalError.class);
        }
    }

    @Test
    void aPropertyTurnsItOffAndSoDoesDeniedNativeAccess() throws IOException, InterruptedException {
        assertThat(inAnotherProcess("-D" + GuardedCopy.PROPERTY + "=false", "--enable-native-access=ALL-UNNAMED"))
                .contains("available: false, the property " + GuardedCopy.PROPERTY + " is false");
        assertThat(inAnotherProcess("--illegal-native-access=deny"))
                .containsPattern("available: false, .*native access");
        assertThat(inAnotherProcess("--enable-native-access=ALL-UNNAMED")).contains("available: true,");
    }

    private static String inAnotherProcess(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        String classes = System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", "");
        command.addAll(List.of("-cp", classes, Main.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    /** Says whether there is one. */
    static final class Main {
        private Main() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) {
            System.out.println("available: " + GuardedCopy.isAvailable() + ", " + GuardedCopy.hindrance());
        }
    }
}
