package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.MovingHost;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host does this and that, and sees the same whether its controller is moved meanwhile or not. */
class MovedAtAnyMomentTest {
    private static final int STEPS = 100;
    private static final int QUEUES = 3;

    /** What a host has seen, for each queue. */
    private static List<List<HostCompletion>> activity(long seed, boolean moves) {
        Random choice = new Random(seed);
        Random moments = new Random(seed + 1);
        try (InMemoryGuest a = InMemoryGuest.mapped(new HeldBlockDevice(1024).releaseAll());
                InMemoryGuest b = InMemoryGuest.withPollers(2, new HeldBlockDevice(1024).releaseAll())) {
            MovingHost transport = new MovingHost(a);
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            List<HostQueue> queues = new ArrayList<>();
            List<List<HostCompletion>> seen = new ArrayList<>();
            queues.add(host.admin());
            for (int i = 1; i <= QUEUES; i++) {
                queues.add(host.createQueues(i, QUEUES + 1 - i, 8, 8, i));
            }
            int[] outstanding = new int[queues.size()];
            queues.forEach(each -> seen.add(new ArrayList<>()));
            long buffer = host.allocate(1);
            InMemoryGuest next = b;
            for (int step = 0; step < STEPS; step++) {
                int at = choice.nextInt(queues.size());
                HostQueue queue = queues.get(at);
                int action = choice.nextInt(4);
                if (action < 2 && outstanding[at] < 6) {
                    outstanding[at]++;
                    var ignored = queue.submit(entry(at, choice, buffer));
                } else if (action == 2 && outstanding[at] > 0) {
                    outstanding[at]--;
                    seen.get(at).add(queue.reap());
                }
                if (moments.nextInt(3) == 0) {
                    transport.progress();
                }
                if (moves && moments.nextInt(5) == 0) {
                    transport.move(next);
                    next = next.equals(b) ? a : b;
                }
            }
            for (int at = 0; at < queues.size(); at++) {
                seen.get(at).addAll(queues.get(at).reap(outstanding[at]));
            }
            return seen;
        }
    }

    private static HostQueue.Entry entry(int queue, Random choice, long buffer) {
        int which = choice.nextInt(3);
        int value = choice.nextInt(0x100);
        if (queue > 0) {
            long block = choice.nextInt(1100);
            return switch (which) {
                case 0 -> (sq, at, cid) -> IoCommand.read(sq, at, cid, 1, block, 1, buffer, 0);
                case 1 -> (sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 1, block, 1, 0);
                default -> (sq, at, cid) -> IoCommand.flush(sq, at, cid, 1);
            };
        }
        return switch (which) {
            case 0 ->
                (sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.INTERRUPT_COALESCING, value | 1 << 8, 0, 0);
            case 1 ->
                (sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.INTERRUPT_COALESCING, 0, 0, 0, 0);
            default -> (sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.ARBITRATION, 0, 0, 0, 0);
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theHostSeesNoDifference(long seed) {
        List<List<HostCompletion>> moved = activity(seed, true);
        List<List<HostCompletion>> stayed = activity(seed, false);
        for (int i = 0; i < stayed.size(); i++) {
            assertThat(byCommand(moved.get(i))).isEqualTo(byCommand(stayed.get(i)));
        }
    }

    /** How many commands a pass fetches, which SQHD tells, is chance; so is whether a refused one overtakes another. */
    private static List<HostCompletion> byCommand(List<HostCompletion> all) {
        return all.stream()
                .map(each -> new HostCompletion(each.commandId(), each.queueId(), 0, each.statusField(), each.result()))
                .sorted(Comparator.comparingInt(HostCompletion::commandId))
                .toList();
    }
}
