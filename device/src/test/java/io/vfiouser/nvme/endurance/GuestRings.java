package io.vfiouser.nvme.endurance;

import io.vfiouser.mover.GuestMemory;
import io.vfiouser.nvme.migration.CompletionQueueState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What stands in a guest's I/O queues while guest and controller stand still. */
record GuestRings(ControllerState state, GuestMemory memory) {

    /** A completion that the guest has not consumed, and where it stands. */
    record Unconsumed(CompletionQueueState queue, int index, int submissionQueueId, int commandId) {
        long address() {
            return queue.base() + (long) index * CompletionEntry.LENGTH_BYTES;
        }
    }

    /** All of them, by queue, the oldest first. */
    List<Unconsumed> unconsumed() {
        List<Unconsumed> found = new ArrayList<>();
        for (CompletionQueueState queue : state.completionQueues()) {
            for (int i = queue.head(); i != queue.tail(); i = (i + 1) % queue.entries()) {
                MemorySegment entry =
                        memory.at(queue.base() + (long) i * CompletionEntry.LENGTH_BYTES, CompletionEntry.LENGTH_BYTES);
                long second = CompletionEntry.second(entry, 0);
                found.add(new Unconsumed(
                        queue, i, CompletionEntry.submissionQueueId(second), CompletionEntry.commandId(second)));
            }
        }
        return found;
    }

    /** Where the data of the newest fetched command of that name is, if it is a Read. */
    Optional<Long> readBuffer(Unconsumed completion) {
        SubmissionQueueState queue = state.submissionQueues().stream()
                .filter(q -> q.id() == completion.submissionQueueId())
                .findFirst()
                .orElseThrow();
        for (int back = 1; back < queue.entries(); back++) {
            int index = Math.floorMod(queue.head() - back, queue.entries());
            MemorySegment entry =
                    memory.at(queue.base() + (long) index * SubmissionEntry.LENGTH_BYTES, SubmissionEntry.LENGTH_BYTES);
            int cdw0 = SubmissionEntry.cdw0(entry, 0);
            if (SubmissionEntry.commandId(cdw0) == completion.commandId()) {
                return SubmissionEntry.opcode(cdw0) == NvmOpcode.READ
                        ? Optional.of(SubmissionEntry.prp1(entry, 0))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
