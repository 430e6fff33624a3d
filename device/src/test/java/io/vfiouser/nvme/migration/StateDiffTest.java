package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Differences of states are named: where, what the one has, what the other has. */
class StateDiffTest {
    private final ControllerState state = GoldenState.state();

    private List<String> differences(StateBuilder other) {
        return StateDiff.between(state, other.build());
    }

    @Test
    void equalStatesHaveNone() {
        assertThat(StateDiff.between(state, GoldenState.state())).isEmpty();
    }

    @Test
    void differentStatesAlwaysHaveSome() {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(StateDiff.between(RandomStates.of(seed), RandomStates.of(seed + 1)))
                    .isNotEmpty();
        }
    }

    @Test
    void aQueueIsNamedByItsIdentifier() {
        List<SubmissionQueueState> queues = new ArrayList<>(state.submissionQueues());
        queues.set(1, new SubmissionQueueState(2, 0x20_0000, 65536, true, 2, 1, 8, 65535, List.of(8, 65534)));
        assertThat(differences(new StateBuilder(state).submissionQueues(queues)))
                .containsExactly("submission queues 2, head: 7 | 8");
    }

    @Test
    void whatOnlyOneHasIsNamed() {
        assertThat(differences(new StateBuilder(state)
                        .completionQueues(state.completionQueues().subList(0, 1))))
                .singleElement()
                .asString()
                .startsWith("completion queues 3: id 3, base 0xfffffffffffff000, entries 2,")
                .endsWith(" | nothing");
        assertThat(differences(new StateBuilder(state).doorbellBuffers(Optional.empty())))
                .singleElement()
                .asString()
                .startsWith("doorbell buffers: shadow base 0x5000")
                .endsWith(" | nothing");
        assertThat(differences(new StateBuilder(state).pendingInterrupts(List.of(0, 1, 5))))
                .containsExactly("pending interrupts #3: nothing | 5");
    }

    @Test
    void ofBytesThoseThatDifferAreCountedAndTheFirstIsShown() {
        byte[] config = state.pci().configSpace().toArray();
        config[4] = 0x55;
        config[200] = 0x55;
        PciState pci = new PciState(
                Bytes.of(config), state.pci().msixTable(), state.pci().msixPending());
        assertThat(differences(new StateBuilder(state).pci(pci)))
                .containsExactly("pci, config space: 2 of 256 bytes, first byte 4h: 04 | 55");
    }
}
