package io.vfiouser.nvme.cli.identify;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.ControllerStatus;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubsystemPathTest {

    private final MemorySegment controller = MemorySegment.ofArray(new byte[4096]);

    @Test
    void thereIsOnePathWithTheSocketAsItsAddress() {
        controller.setString(768, "nqn.2014-08.org.nvmexpress:uuid:x");

        Listing listing = new SubsystemPath("/run/a\nb", ControllerStatus.RDY).of(controller);

        assertThat(listing.lines())
                .containsExactly(
                        "nvme-subsys0 - NQN=nqn.2014-08.org.nvmexpress:uuid:x",
                        "\\",
                        " +- nvme0 vfio-user /run/a\\x0ab live");
        assertThat(listing.asMap())
                .isEqualTo(Map.of(
                        "Name",
                        "nvme-subsys0",
                        "NQN",
                        "nqn.2014-08.org.nvmexpress:uuid:x",
                        "Paths",
                        List.of(Map.of(
                                "Name",
                                "nvme0",
                                "Transport",
                                "vfio-user",
                                "Address",
                                "/run/a\\x0ab",
                                "State",
                                "live"))));
    }

    @ParameterizedTest
    @CsvSource({"0,resetting", "1,live", "2,dead", "3,dead"})
    void theStateIsThatOfTheController(int csts, String state) {
        assertThat(new SubsystemPath("s", csts).of(controller).lines().getLast())
                .endsWith(" " + state);
    }
}
