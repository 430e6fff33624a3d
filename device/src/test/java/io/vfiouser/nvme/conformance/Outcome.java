package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** How a command ended, and what the error log says since. */
final class Outcome {
    private final Conformance conformance;
    private final String name;
    private final int queueId;
    private final MemorySegment entry;
    private final NvmeCompletion completion;
    private final List<ErrorLogEntry> errors;

    /** {@code entry} is the command as it was submitted, {@code errors} what is new in the error log. */
    Outcome(
            Conformance conformance,
            String name,
            int queueId,
            MemorySegment entry,
            NvmeCompletion completion,
            List<ErrorLogEntry> errors) {
        this.conformance = conformance;
        this.name = name;
        this.queueId = queueId;
        this.entry = entry;
        this.completion = completion;
        this.errors = List.copyOf(errors);
    }

    NvmeCompletion completion() {
        return completion;
    }

    /** The command succeeded and left no error log entry. */
    NvmeCompletion succeeds() {
        assertThat(completion.statusField()).as(this::toString).isZero();
        assertThat(errors).as(this::toString).isEmpty();
        return completion;
    }

    /**
     * The command failed with this status, whose DNR bit is as {@link StatusCode} has it; M is set, and there is one new error log
     * entry that tells of this command. Where in the command the cause is must be asked for as well.
     */
    Refusal refused(StatusCode status) {
        return failed(status, 0);
    }

    /** As {@link #refused} for a command that went wrong at a block, which the error log names. */
    Refusal failed(StatusCode status, long lba) {
        assertThat(StatusCode.describe(completion.statusField()))
                .as(this::toString)
                .isEqualTo(StatusCode.describe(status.field()));
        assertThat(completion.statusField()).as(this::toString).isEqualTo(status.field() | StatusCode.MORE);
        assertThat(errors).as(this::toString).hasSize(1);
        ErrorLogEntry error = errors.getFirst();
        assertThat(error)
                .as(this::toString)
                .returns(queueId, ErrorLogEntry::submissionQueueId)
                .returns(SubmissionEntry.commandId(cdw0()), ErrorLogEntry::commandId)
                .returns(completion.statusField(), ErrorLogEntry::statusField)
                .returns(SubmissionEntry.namespaceId(entry, 0), ErrorLogEntry::namespaceId)
                .returns(SubmissionEntry.opcode(cdw0()), ErrorLogEntry::opcode)
                .returns(lba, ErrorLogEntry::lba);
        return conformance.owe(new Refusal(error));
    }

    private int cdw0() {
        return SubmissionEntry.cdw0(entry, 0);
    }

    @Override
    public String toString() {
        return "%s (CDW0 %08X, NSID %X, CDW10 %X, CDW11 %X, CDW12 %X) ended with %s, new errors %s"
                .formatted(
                        name,
                        cdw0(),
                        SubmissionEntry.namespaceId(entry, 0),
                        SubmissionEntry.cdw10(entry, 0),
                        SubmissionEntry.cdw11(entry, 0),
                        SubmissionEntry.cdw12(entry, 0),
                        completion.describe(),
                        errors);
    }

    /** The status was as expected; what is left is the parameter error location. */
    final class Refusal {
        private final ErrorLogEntry error;

        private Refusal(ErrorLogEntry error) {
            this.error = error;
        }

        /** The parameter that caused it starts at bit 0 of this byte of the submission entry. */
        void at(int byteInCommand) {
            at(byteInCommand, 0);
        }

        /** The parameter that caused it starts at this bit of this byte of the submission entry. */
        void at(int byteInCommand, int bit) {
            located("byte %d, bit %d".formatted(byteInCommand, bit));
        }

        /** No parameter of the command caused it. */
        void nowhere() {
            located("nowhere");
        }

        private void located(String expected) {
            conformance.settle(this);
            int location = error.parameterErrorLocation();
            String found = location == ErrorLogEntry.NO_LOCATION
                    ? "nowhere"
                    : "byte %d, bit %d".formatted(location & 0xFF, location >>> 8);
            assertThat(found).as("parameter error location of %s", Outcome.this).isEqualTo(expected);
        }
    }
}
