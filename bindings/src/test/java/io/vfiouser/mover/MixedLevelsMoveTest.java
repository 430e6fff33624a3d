package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.abi.VfioUserLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A device moves between servers that speak different versions, and back. With more than one library, which {@code make test-abi} gives;
 * with only one this is a move between equals.
 */
@Timeout(60)
class MixedLevelsMoveTest {
    private static List<VfioUserLibrary> libraries() {
        String others = System.getProperty("vfiouser.test.libs", "").strip();
        Stream<VfioUserLibrary> named = Arrays.stream(others.split("\\s+"))
                .filter(name -> !name.isEmpty())
                .map(name -> VfioUserLibrary.load(Path.of(name)));
        return Stream.concat(Stream.of(VfioUserLibrary.load()), named).toList();
    }

    @Test
    void movesBetweenAnyTwoVersionsAndBack() throws Exception {
        Path folder = CounterDevice.temporaryFolder();
        for (VfioUserLibrary first : libraries()) {
            for (VfioUserLibrary second : libraries()) {
                moveThereAndBack(folder, first, second);
            }
        }
        Files.delete(folder);
    }

    private static void moveThereAndBack(Path folder, VfioUserLibrary first, VfioUserLibrary second) {
        try (CounterDevice here = CounterDevice.of(folder, "a", true, first);
                CounterDevice there = CounterDevice.of(folder, "b", false, second);
                CountingGuest guest = new CountingGuest(here.connect())) {
            for (CounterDevice next : List.of(there, here, there)) {
                guest.awaitProgress(1);
                MoveReport report = new DeviceMove(
                                guest.client,
                                MoveTarget.local(next::connect),
                                guest,
                                guest.memory,
                                MoveOptions.defaults(),
                                StepListener.NONE)
                        .run();
                assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
                guest.awaitProgress(2);
                assertThat(guest.mistakes).isEmpty();
                assertThat(next.owner).isTrue();
            }
        }
    }
}
