package io.vfiouser.nvme.controller;

import static io.vfiouser.nvme.testing.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.migration.CompletionState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.FeatureState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.MovingHost;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** States that cannot be restored are refused, say why, and leave a controller that a host can use. */
class RestoreCheckTest {
    private final InMemoryGuest a = InMemoryGuest.mapped(new HeldBlockDevice(1024).releaseAll());
    private final InMemoryGuest b = InMemoryGuest.mapped(new HeldBlockDevice(1024).releaseAll());
    private ControllerState state;

    @BeforeEach
    void saveOne() {
        MovingHost transport = new MovingHost(a);
        NvmeHost host = new NvmeHost(transport);
        host.enable();
        HostQueue queue = host.createQueues(1, 16);
        queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
        state = transport.stop();
        MovingHost.makeReady(b);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private void refused(String why, ControllerState damaged) {
        assertThatThrownBy(() -> b.controller().restore(damaged, StorageMode.COPY))
                .isInstanceOf(StateRefusedException.class)
                .hasMessageContaining(why);
    }

    private ControllerState limits(String name, Object value) {
        return with(state, "limits", with(state.limits(), name, value));
    }

    private ControllerState registers(String name, Object value) {
        return with(state, "registers", with(state.registers(), name, value));
    }

    private ControllerState namespace(String name, Object value) {
        return with(state, "namespaces", List.of(with(state.namespaces().getFirst(), name, value)));
    }

    private ControllerState submissions(String name, Object value) {
        return with(
                state, "submissionQueues", List.of(with(state.submissionQueues().getFirst(), name, value)));
    }

    private ControllerState completions(String name, Object value) {
        return with(
                state, "completionQueues", List.of(with(state.completionQueues().getFirst(), name, value)));
    }

    private ControllerState feature(int id, int part, int nsid, boolean saved, int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return with(state, "features", List.of(new FeatureState(id, part, nsid, saved, Bytes.of(value))));
    }

    private CommandState command(int queueId, int opcode) {
        byte[] entry = new byte[64];
        entry[0] = (byte) opcode;
        return new CommandState(queueId, Bytes.of(entry));
    }

    /** Whatever was refused before, a host can enable the controller, and the good state can be restored. */
    private void stillUsable() {
        b.controller().resume();
        NvmeHost host = new NvmeHost(b);
        host.enable();
        host.createQueues(1, 16)
                .execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1))
                .orThrow();
        b.controller().pause(true);
        b.settle();
        b.controller().reset();
        b.settle();
        b.controller().restore(state, StorageMode.COPY);
    }

    @Test
    void whatTheDestinationCannotOfferIsRefusedByName() {
        refused("PCI vendor", limits("pciVendorId", 0x1234));
        refused("one controller only", limits("multipleControllers", true));
        refused("I/O queue pairs", limits("queuePairs", 129));
        refused("entries in a queue", limits("queueEntries", 65_537));
        refused("interrupt vectors", limits("interruptVectors", 500));
        refused("MDTS", limits("transferShift", 9));
        refused("transfer", limits("transferShift", 0));
        refused("controller identifier", limits("controllerId", 0x1_0000));
        stillUsable();
    }

    @Test
    void namespacesThatAreNotTheSameAreRefusedByName() {
        refused("there is no namespace 2", namespace("id", 2));
        refused("only 524288 here", namespace("blockCount", 1025L));
        refused("capacity", namespace("blockCount", -1L));
        refused("capacity", namespace("blockCount", Long.MAX_VALUE));
        refused("does not know", namespace("blockBytes", 1000));
        refused("read-only", namespace("readOnly", true));
        refused("volatile write cache", namespace("volatileCache", false));
        refused("several controllers", namespace("shared", true));
        refused("deleted by its host", namespace("fromPool", true));
        refused("read as", namespace("deallocatedReads", other()));
        refused("blocks at once", namespace("atomicBlocks", 8));
        assertThatThrownBy(() -> b.controller()
                        .checkRestorable(namespace("identity", BlockIdentity.ofName("another")), StorageMode.SHARED))
                .isInstanceOf(StateRefusedException.class)
                .hasMessageContaining("another one here");
        stillUsable();
    }

    private DeallocatedReads other() {
        DeallocatedReads own = state.namespaces().getFirst().deallocatedReads();
        for (DeallocatedReads each : DeallocatedReads.values()) {
            if (each != own) {
                return each;
            }
        }
        throw new AssertionError();
    }

    @Test
    void registersThatContradictEachOtherAreRefused() {
        int cc = state.registers().configuration();
        refused("reserved bits", registers("configuration", cc | 2));
        refused("reserved bits", registers("adminQueueAttributes", -1));
        refused("address of a page", registers("adminSubmissionBase", 8L));
        refused("not enabled", registers("configuration", cc & ~ControllerConfiguration.EN));
        refused("neither ready nor failed", registers("ready", false));
        refused("no admin queue", with(state, "adminQueue", Optional.empty()));
        refused("CC.MPS", registers("configuration", cc | 0xF << 7));
        stillUsable();
    }

    @Test
    void queuesThatCannotBeAreRefused() {
        refused("identifiers go up to", completions("id", 300));
        refused("ascending", completions("id", 0));
        refused("ascending", submissions("id", -1));
        refused("completion queue 2, which there is not", submissions("completionQueueId", 2));
        refused("completion queue 0, which there is not", submissions("completionQueueId", 0));
        refused("size", submissions("entries", 1));
        refused("size", completions("entries", 100_000));
        refused("start of a page", submissions("base", 0x1008L));
        refused("head", submissions("head", 16));
        refused("tail", completions("tail", -1));
        refused("contiguous", completions("contiguous", false));
        refused("interrupt vector", completions("vector", 129));
        refused("does not wait there", submissions("abortedEntries", List.of(9)));
        refused("interrupt", with(state, "pendingInterrupts", List.of(-1)));
        stillUsable();
    }

    @Test
    void commandsAndCompletionsThatCannotBeAreRefused() {
        refused("must not be executed twice", with(state, "commands", List.of(command(1, NvmOpcode.COMPARE))));
        refused("submission queue 4", with(state, "commands", List.of(command(4, NvmOpcode.READ))));
        refused("submission queue 0", with(state, "commands", List.of(command(0, NvmOpcode.READ))));
        refused("bytes", with(state, "commands", List.of(new CommandState(1, Bytes.of(new byte[63])))));
        refused("no room", with(state, "commands", Collections.nCopies(16, command(1, NvmOpcode.READ))));
        refused("submission queue 4", with(state, "completions", List.of(new CompletionState(4, 0, 0, 0))));
        refused("status", with(state, "completions", List.of(new CompletionState(1, 0, -1, 0))));
        refused("no room", with(state, "completions", Collections.nCopies(16, new CompletionState(1, 0, 0, 0))));
        stillUsable();
    }

    @Test
    void featuresThatCannotHaveTheirValueAreRefused() {
        refused("does not keep", feature(0x99, 0, 0, false, 0, 0, 0, 0));
        refused("does not keep", feature(-1, 0, 0, false, 0, 0, 0, 0));
        refused("does not keep", feature(FeatureId.NUMBER_OF_QUEUES, 0, 0, false, 1, 0, 1, 0));
        refused("cannot be", feature(FeatureId.KEEP_ALIVE_TIMER, 0, 0, true, 0, 0, 0, 0));
        refused("cannot have the value", feature(FeatureId.POWER_MANAGEMENT, 0, 0, false, 1, 0, 0, 0));
        refused("cannot have the value", feature(FeatureId.POWER_MANAGEMENT, 0, 0, false, 0));
        refused("cannot have the value", feature(FeatureId.POWER_MANAGEMENT, 1, 0, false, 0, 0, 0, 0));
        refused("cannot have the value", feature(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 500, 0, false, 0, 0, 0, 0));
        refused("namespace", feature(FeatureId.ERROR_RECOVERY, 0, 0, false, 0, 0, 0, 0));
        refused("not a namespace's", feature(FeatureId.POWER_MANAGEMENT, 0, 1, false, 0, 0, 0, 0));
        refused("Keep Alive", feature(FeatureId.KEEP_ALIVE_TIMER, 0, 0, false, 100, 0, 0, 0));
        ControllerState one = feature(FeatureId.POWER_MANAGEMENT, 0, 0, false, 0, 0, 0, 0);
        refused(
                "two values",
                with(
                        state,
                        "features",
                        List.of(one.features().getFirst(), one.features().getFirst())));
        stillUsable();
    }

    @Test
    void eventsLogsAndClocksThatCannotBeAreRefused() {
        refused("Requests", with(state, "events", with(state.events(), "requests", Collections.nCopies(9, 1))));
        refused("request", with(state, "events", with(state.events(), "requests", List.of(-1))));
        refused("aborted", with(state, "events", with(state.events(), "aborted", Collections.nCopies(99, 1))));
        refused("changed", with(state, "events", with(state.events(), "changedNamespaces", List.of(0))));
        refused("bytes read", with(state, "logs", with(state.logs(), "readBytes", -1L)));
        refused("errors", with(state, "logs", with(state.logs(), "errorCount", Long.MAX_VALUE)));
        refused("timestamp", with(state, "clocks", with(state.clocks(), "timestampMillis", -1L)));
        stillUsable();
    }

    @Test
    void onlyAStoppedControllerIsSavedAndOnlyOneWithoutHostRestored() {
        assertThatThrownBy(() -> a.controller().restore(state, StorageMode.COPY))
                .isInstanceOf(IllegalStateException.class);
        a.controller().resume();
        assertThatThrownBy(() -> a.controller().save(PciState.NONE)).isInstanceOf(IllegalStateException.class);
        b.controller().resume();
        assertThatThrownBy(() -> b.controller().restore(state, StorageMode.COPY))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void completionsThatAreOwedArePostedFirst() {
        MovingHost.makeReady(b);
        b.memory().copyFrom(a.memory());
        b.controller().restore(with(state, "completions", List.of(new CompletionState(1, 77, 0, 0))), StorageMode.COPY);
        int tail = state.completionQueues().getFirst().tail();
        MemorySegment ring =
                b.memory().asSlice(state.completionQueues().getFirst().base() - InMemoryGuest.IOVA, 16 * 16);
        UnaryOperator<Integer> commandId = i -> CompletionEntry.commandId(CompletionEntry.second(ring, i * 16L));
        assertThat(commandId.apply(tail)).isNotEqualTo(77);
        b.controller().resume();
        assertThat(commandId.apply(tail)).isEqualTo(77);
        assertThat(b.interrupts()).contains(1);
    }
}
