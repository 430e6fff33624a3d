package io.vfiouser.nvme.migration;

import java.util.List;
import java.util.Optional;

/**
 * Everything of a controller that its host would notice the loss of: plain, immutable data. Saved while the controller stands still, with
 * nothing outstanding in its back ends.
 *
 * @param limits what hosts were promised and may have made use of
 * @param registers the controller properties
 * @param adminQueue the admin queue; empty if the controller is not enabled
 * @param submissionQueues I/O submission queues, by ascending identifier
 * @param completionQueues I/O completion queues, by ascending identifier; there may be some that no submission queue uses
 * @param doorbellBuffers where the host keeps shadow doorbells, if it does
 * @param features values that were set or saved; others have their default
 * @param events asynchronous events and the requests that wait for them
 * @param commands fetched, taken back from the back end without effect, and to be executed again
 * @param completions to be posted first: their commands have been executed
 * @param pendingInterrupts vectors that are owed an interrupt, ascending
 * @param logs counters and log pages
 * @param clocks what goes on by time
 * @param namespaces all of the subsystem's that the controller may have, by ascending identifier
 * @param pci what the PCI function owns
 */
public record ControllerState(
        ControllerLimits limits,
        RegisterState registers,
        Optional<QueuePairState> adminQueue,
        List<SubmissionQueueState> submissionQueues,
        List<CompletionQueueState> completionQueues,
        Optional<DoorbellBufferState> doorbellBuffers,
        List<FeatureState> features,
        EventState events,
        List<CommandState> commands,
        List<CompletionState> completions,
        List<Integer> pendingInterrupts,
        LogState logs,
        ClockState clocks,
        List<NamespaceState> namespaces,
        PciState pci) {
    public ControllerState {
        submissionQueues = List.copyOf(submissionQueues);
        completionQueues = List.copyOf(completionQueues);
        features = List.copyOf(features);
        commands = List.copyOf(commands);
        completions = List.copyOf(completions);
        pendingInterrupts = List.copyOf(pendingInterrupts);
        namespaces = List.copyOf(namespaces);
    }
}
