package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.EventState.MaskedType;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.subsystem.SubsystemIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** States with something of everything, the same for the same seed. */
public final class RandomStates {
    private static final int[] REPEATABLE_OPCODES = {0x00, 0x01, 0x02, 0x08, 0x09, 0x0C};

    private final Random random;

    private RandomStates(long seed) {
        random = new Random(seed);
    }

    /** A state of a controller that is set up. */
    public static ControllerState of(long seed) {
        return new RandomStates(seed).state();
    }

    private ControllerState state() {
        List<CompletionQueueState> completion = ascending(1 + random.nextInt(6), 1, 9).stream()
                .map(this::completionQueue)
                .toList();
        List<SubmissionQueueState> submission = ascending(1 + random.nextInt(6), 1, 9).stream()
                .map(id -> submissionQueue(
                        id, completion.get(random.nextInt(completion.size())).id()))
                .toList();
        IntFunction<CommandState> command = i -> command(submission.get(i % submission.size()));
        IntFunction<CompletionState> completed = i -> new CompletionState(
                i == 0 ? 0 : submission.get(i % submission.size()).id(),
                word(),
                random.nextInt(0x8000),
                random.nextLong());
        return new ControllerState(
                limits(),
                registers(),
                Optional.of(new QueuePairState(submissionQueue(0, 0), completionQueue(0))),
                submission,
                completion,
                random.nextBoolean() ? Optional.of(doorbellBuffers()) : Optional.empty(),
                list(8, this::feature),
                events(),
                list(5, command),
                list(5, completed),
                ascending(random.nextInt(5), 0, 2047),
                logs(),
                new ClockState(random.nextLong(), random.nextBoolean(), random.nextLong(), random.nextInt(100_000)),
                ascending(1 + random.nextInt(4), 1, 1 << 20).stream()
                        .map(this::namespace)
                        .toList(),
                new PciState(bytes(random.nextBoolean() ? 256 : 4096), bytes(4096), bytes(4096)));
    }

    private ControllerLimits limits() {
        return new ControllerLimits(
                SubsystemIdentity.of("SERIAL" + random.nextInt(1000), "A model"),
                word(),
                word(),
                random.nextBoolean(),
                random.nextInt(1 << 16),
                2 + random.nextInt((1 << 16) - 1),
                1 + random.nextInt(2048),
                random.nextInt(256));
    }

    private RegisterState registers() {
        return new RegisterState(
                random.nextInt(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt());
    }

    private SubmissionQueueState submissionQueue(int id, int completionQueueId) {
        int entries = entries();
        return new SubmissionQueueState(
                id,
                random.nextLong(),
                entries,
                random.nextBoolean(),
                random.nextInt(4),
                completionQueueId,
                random.nextInt(entries),
                random.nextInt(entries),
                random.nextBoolean() ? List.of() : ascending(Math.min(entries, 3), 0, entries - 1));
    }

    private CompletionQueueState completionQueue(int id) {
        int entries = entries();
        return new CompletionQueueState(
                id,
                random.nextLong(),
                entries,
                random.nextBoolean(),
                random.nextBoolean(),
                word(),
                random.nextInt(entries),
                random.nextInt(entries),
                random.nextBoolean());
    }

    private int entries() {
        return switch (random.nextInt(4)) {
            case 0 -> 2;
            case 1 -> 1 << 16;
            default -> 2 + random.nextInt(1023);
        };
    }

    private DoorbellBufferState doorbellBuffers() {
        return new DoorbellBufferState(
                random.nextLong(),
                random.nextLong(),
                list(
                        6,
                        i -> new ShadowDoorbellState(
                                i * 2 + random.nextInt(2), random.nextInt(), random.nextBoolean(), random.nextInt())));
    }

    private FeatureState feature(int number) {
        return new FeatureState(
                number * 7, random.nextInt(), random.nextInt(), random.nextBoolean(), bytes(random.nextInt(20)));
    }

    private EventState events() {
        return new EventState(
                list(4, i -> word()),
                list(3, i -> word()),
                list(4, i -> new AsynchronousEvent(random.nextInt(8), random.nextInt(256), random.nextInt(256))),
                list(3, i -> new MaskedType(i, random.nextInt(256))),
                ascending(random.nextInt(4), 1, 1 << 30),
                list(4, i -> random.nextInt()));
    }

    private CommandState command(SubmissionQueueState queue) {
        byte[] entry = new byte[64];
        random.nextBytes(entry);
        entry[0] = (byte) REPEATABLE_OPCODES[random.nextInt(REPEATABLE_OPCODES.length)];
        return new CommandState(queue.id(), Bytes.of(entry));
    }

    private LogState logs() {
        return new LogState(
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextLong(),
                list(
                        4,
                        i -> new ErrorLogEntry(
                                random.nextLong(),
                                word(),
                                word(),
                                random.nextInt(0x8000),
                                word(),
                                random.nextLong(),
                                random.nextInt(),
                                random.nextInt(256))));
    }

    private NamespaceState namespace(int id) {
        return new NamespaceState(
                id,
                BlockIdentity.of(new UUID(random.nextLong(), random.nextLong())),
                1 + random.nextInt(Integer.MAX_VALUE),
                random.nextBoolean() ? 512 : 4096,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean() ? DeallocatedReads.ZEROES : DeallocatedReads.ZEROES_OR_OLD_CONTENT,
                random.nextInt(1 << 16));
    }

    private int word() {
        return random.nextInt(1 << 16);
    }

    private Bytes bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private <T> List<T> list(int most, IntFunction<T> entry) {
        List<T> list = new ArrayList<>();
        int count = random.nextInt(most + 1);
        for (int i = 0; i < count; i++) {
            list.add(entry.apply(i));
        }
        return list;
    }

    private List<Integer> ascending(int count, int least, int most) {
        int span = most - least + 1;
        return IntStream.generate(() -> least + random.nextInt(span))
                .distinct()
                .limit(Math.min(count, span))
                .sorted()
                .boxed()
                .toList();
    }
}
