package io.vfiouser.nvme.migration;

import java.util.List;
import java.util.Optional;

/** A state like another, with something else here and there. */
final class StateBuilder {
    private ControllerState state;

    StateBuilder(ControllerState state) {
        this.state = state;
    }

    ControllerState build() {
        return state;
    }

    StateBuilder limits(ControllerLimits limits) {
        state = new ControllerState(
                limits,
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder adminQueue(Optional<QueuePairState> adminQueue) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                adminQueue,
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder submissionQueues(List<SubmissionQueueState> submissionQueues) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                submissionQueues,
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder completionQueues(List<CompletionQueueState> completionQueues) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                completionQueues,
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder doorbellBuffers(Optional<DoorbellBufferState> doorbellBuffers) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                doorbellBuffers,
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder features(List<FeatureState> features) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                features,
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder events(EventState events) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                events,
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder commands(List<CommandState> commands) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                commands,
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder completions(List<CompletionState> completions) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                completions,
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder pendingInterrupts(List<Integer> pendingInterrupts) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                pendingInterrupts,
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder logs(LogState logs) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                logs,
                state.clocks(),
                state.namespaces(),
                state.pci());
        return this;
    }

    StateBuilder namespaces(List<NamespaceState> namespaces) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                namespaces,
                state.pci());
        return this;
    }

    StateBuilder pci(PciState pci) {
        state = new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                state.submissionQueues(),
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                state.events(),
                state.commands(),
                state.completions(),
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                pci);
        return this;
    }
}
