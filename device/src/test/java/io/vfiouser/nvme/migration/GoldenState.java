package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.EventState.MaskedType;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.subsystem.SubsystemIdentity;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands in the golden file of version 1.0. Never changed: where the records get a component, it is given here what a reader has to
 * make of a file that has none.
 */
final class GoldenState {
    private GoldenState() {}

    static List<Frame> frames() {
        return List.of(
                new Frame.Header(StorageMode.COPY, "vfio-user for Java 0.1.0"),
                new Frame.Namespace(1, 512, 2048),
                new Frame.Data(1, 16, MemorySegment.ofArray(counting(1024))),
                new Frame.PassEnd(1),
                new Frame.Zeroes(1, 17, 1),
                new Frame.Controller(state()),
                new Frame.End());
    }

    static ControllerState state() {
        return new ControllerState(
                new ControllerLimits(
                        new SubsystemIdentity("SN1", "A model", "0.1", "nqn.2026-11.io.vfiouser:SN1"),
                        1,
                        0x1b36,
                        false,
                        64,
                        1024,
                        65,
                        5),
                new RegisterState(0x0046_0001, true, false, false, false, 0x001F_001F, 0x1000, 0x2000, 0x4),
                Optional.of(new QueuePairState(
                        new SubmissionQueueState(0, 0x1000, 32, true, 0, 0, 3, 4, List.of(3)),
                        new CompletionQueueState(0, 0x2000, 32, true, true, 0, 2, 3, true))),
                List.of(
                        new SubmissionQueueState(1, 0x10_0000, 1024, true, 0, 1, 1023, 0, List.of()),
                        new SubmissionQueueState(2, 0x20_0000, 65536, true, 2, 1, 7, 65535, List.of(8, 65534))),
                List.of(
                        new CompletionQueueState(1, 0x30_0000, 1024, true, true, 1, 5, 9, false),
                        new CompletionQueueState(3, 0xFFFF_FFFF_FFFF_F000L, 2, true, false, 0, 0, 1, true)),
                Optional.of(new DoorbellBufferState(
                        0x5000,
                        0x6000,
                        List.of(new ShadowDoorbellState(2, 0, true, 9), new ShadowDoorbellState(3, -1, false, 4)))),
                List.of(
                        new FeatureState(0x0B, 0, 0, false, Bytes.of(new byte[] {0, 1, 0, 0})),
                        new FeatureState(0x05, 0, 1, true, Bytes.of(new byte[] {9, 0, 0, 0})),
                        new FeatureState(0x16, 0, 0, false, Bytes.of(counting(512)))),
                new EventState(
                        List.of(30, 31, 65535),
                        List.of(29),
                        List.of(new AsynchronousEvent(2, 0, 4), new AsynchronousEvent(1, 1, 2)),
                        List.of(new MaskedType(0, 1)),
                        List.of(1, 7),
                        List.of(9)),
                List.of(new CommandState(2, Bytes.of(read()))),
                List.of(new CompletionState(1, 77, 0x0281, 0x1_0000_0002L), new CompletionState(0, 8, 0, 0)),
                List.of(0, 1),
                new LogState(
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7,
                        8,
                        9,
                        true,
                        false,
                        true,
                        false,
                        true,
                        2,
                        List.of(new ErrorLogEntry(2, 1, 77, 0x0281, 0xFFFF, 5, 1, 2))),
                new ClockState(1_700_000_000_000L, true, 1_700_000_000_001L, 120_000),
                List.of(new NamespaceState(
                        1,
                        new BlockIdentity(
                                0x0200_0000_0000_0001L,
                                0x1122_3344_5566_7788L,
                                0x99AA_BBCC_DDEE_FF00L,
                                new UUID(0x0102_0304_0506_8708L, 0x890A_0B0C_0D0E_0F10L)),
                        2048,
                        512,
                        true,
                        false,
                        true,
                        false,
                        true,
                        DeallocatedReads.ZEROES_OR_OLD_CONTENT,
                        8)),
                new PciState(Bytes.of(counting(256)), Bytes.of(counting(32)), Bytes.of(new byte[8])));
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static byte[] read() {
        byte[] entry = counting(64);
        entry[0] = 2;
        return entry;
    }
}
