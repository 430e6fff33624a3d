package io.vfiouser.nvme.migration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Queues. Those for I/O, and each queue's 24 bytes, as in the NVMe Controller State of Base 2.1, section 8.1.12. */
final class QueueCodec {
    private static final int VERSION = 0;
    private static final int QUEUE_BYTES = 24;
    private static final int MOST_QUEUES = 0xFFFF;
    private static final int ABORTED_QUEUE_BYTES = 6;

    private static final int SQ_CONTIGUOUS = 1;
    private static final int SQ_PRIORITY_SHIFT = 1;
    private static final int SQ_PRIORITY_MASK = 3;
    private static final int SQ_RESERVED = 0xFFF8;
    private static final int CQ_CONTIGUOUS = 1;
    private static final int CQ_INTERRUPTS = 1 << 1;
    private static final int CQ_PHASE = 1 << 2;
    private static final int CQ_VECTOR_SHIFT = 16;
    private static final int CQ_RESERVED = 0xFFF8;

    private QueueCodec() {}

    /** The I/O queues. */
    record Queues(List<SubmissionQueueState> submission, List<CompletionQueueState> completion) {}

    static void writeQueues(
            FieldWriter out, List<SubmissionQueueState> submission, List<CompletionQueueState> completion) {
        out.u16(VERSION);
        out.u16(submission.size());
        out.u16(completion.size());
        out.u16(0);
        submission.forEach(queue -> write(out, queue));
        completion.forEach(queue -> write(out, queue));
    }

    static Queues readQueues(FieldReader in, Map<Integer, List<Integer>> aborted) {
        int version = in.u16();
        in.require(version == VERSION, "their version is %d, and this program reads %d", version, VERSION);
        int submissionCount = in.u16();
        int completionCount = in.u16();
        requireZero(in, in.u16());
        in.require(
                in.left() == (long) QUEUE_BYTES * (submissionCount + completionCount),
                "%d and %d queues do not take %d bytes",
                submissionCount,
                completionCount,
                in.left());
        Map<Integer, List<Integer>> unused = new HashMap<>(aborted);
        List<SubmissionQueueState> submission = new ArrayList<>();
        for (int i = 0; i < submissionCount; i++) {
            SubmissionQueueState queue = readSubmission(in);
            List<Integer> entries = unused.remove(queue.id());
            submission.add(entries == null ? queue : withAborted(queue, entries));
        }
        in.require(unused.isEmpty(), "there are aborted entries of a submission queue that does not exist");
        List<CompletionQueueState> completion = new ArrayList<>();
        for (int i = 0; i < completionCount; i++) {
            completion.add(readCompletion(in));
        }
        in.end();
        return new Queues(submission, completion);
    }

    static void writeAborted(FieldWriter out, List<SubmissionQueueState> queues) {
        List<SubmissionQueueState> some =
                queues.stream().filter(q -> !q.abortedEntries().isEmpty()).toList();
        out.list(some, MOST_QUEUES, queue -> {
            out.u16(queue.id());
            writeAborted(out, queue);
        });
    }

    static Map<Integer, List<Integer>> readAborted(FieldReader reader) {
        Map<Integer, List<Integer>> aborted = new HashMap<>();
        reader.list(MOST_QUEUES, ABORTED_QUEUE_BYTES, in -> {
            int id = in.u16();
            List<Integer> entries = readAbortedOfQueue(in);
            in.require(!entries.isEmpty(), "it names queue %d and no entry of it", id);
            in.require(aborted.put(id, entries) == null, "queue %d is there twice", id);
            return id;
        });
        return aborted;
    }

    static void writePair(FieldWriter out, QueuePairState pair) {
        write(out, pair.submission());
        write(out, pair.completion());
        writeAborted(out, pair.submission());
    }

    static QueuePairState readPair(FieldReader in) {
        SubmissionQueueState submission = readSubmission(in);
        CompletionQueueState completion = readCompletion(in);
        return new QueuePairState(withAborted(submission, readAbortedOfQueue(in)), completion);
    }

    private static void writeAborted(FieldWriter out, SubmissionQueueState queue) {
        out.list(queue.abortedEntries(), QueueCheck.MOST_ENTRIES, out::u16);
    }

    private static List<Integer> readAbortedOfQueue(FieldReader in) {
        return in.list(QueueCheck.MOST_ENTRIES, Short.BYTES, FieldReader::u16);
    }

    private static SubmissionQueueState withAborted(SubmissionQueueState q, List<Integer> aborted) {
        return new SubmissionQueueState(
                q.id(),
                q.base(),
                q.entries(),
                q.contiguous(),
                q.priority(),
                q.completionQueueId(),
                q.head(),
                q.tail(),
                aborted);
    }

    private static void write(FieldWriter out, SubmissionQueueState queue) {
        out.u64(queue.base());
        out.u16(queue.entries() - 1);
        out.u16(queue.id());
        out.u16(queue.completionQueueId());
        out.u16((queue.contiguous() ? SQ_CONTIGUOUS : 0) | queue.priority() << SQ_PRIORITY_SHIFT);
        out.u16(queue.head());
        out.u16(queue.tail());
        out.u32(0);
    }

    private static SubmissionQueueState readSubmission(FieldReader in) {
        long base = in.u64();
        int entries = in.u16() + 1;
        int id = in.u16();
        int completionQueueId = in.u16();
        int attributes = in.u16();
        int head = in.u16();
        int tail = in.u16();
        requireZero(in, in.u32() | (attributes & SQ_RESERVED));
        boolean contiguous = (attributes & SQ_CONTIGUOUS) != 0;
        int priority = attributes >>> SQ_PRIORITY_SHIFT & SQ_PRIORITY_MASK;
        return new SubmissionQueueState(
                id, base, entries, contiguous, priority, completionQueueId, head, tail, List.of());
    }

    private static void write(FieldWriter out, CompletionQueueState queue) {
        out.u64(queue.base());
        out.u16(queue.entries() - 1);
        out.u16(queue.id());
        out.u16(queue.head());
        out.u16(queue.tail());
        out.u16((queue.contiguous() ? CQ_CONTIGUOUS : 0)
                | (queue.interruptsEnabled() ? CQ_INTERRUPTS : 0)
                | (queue.phase() ? CQ_PHASE : 0));
        out.u16(queue.vector());
        out.u32(0);
    }

    private static CompletionQueueState readCompletion(FieldReader in) {
        long base = in.u64();
        int entries = in.u16() + 1;
        int id = in.u16();
        int head = in.u16();
        int tail = in.u16();
        int attributes = in.u32();
        requireZero(in, in.u32() | (attributes & CQ_RESERVED));
        return new CompletionQueueState(
                id,
                base,
                entries,
                (attributes & CQ_CONTIGUOUS) != 0,
                (attributes & CQ_INTERRUPTS) != 0,
                attributes >>> CQ_VECTOR_SHIFT,
                head,
                tail,
                (attributes & CQ_PHASE) != 0);
    }

    private static void requireZero(FieldReader in, int reserved) {
        in.require(reserved == 0, "reserved bits are set");
    }
}
