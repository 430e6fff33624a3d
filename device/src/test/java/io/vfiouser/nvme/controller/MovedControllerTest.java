package io.vfiouser.nvme.controller;

import static io.vfiouser.nvme.testing.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.EventState;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.MovingHost;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of everything but queues as a controller moves: registers, features, events, logs, clocks, identities. */
class MovedControllerTest {
    private final HeldBlockDevice deviceA = new HeldBlockDevice(1024).releaseAll();
    private final HeldBlockDevice deviceB = new HeldBlockDevice(1024).releaseAll();
    private final NvmSubsystem subsystemB = NvmSubsystem.builder()
            .serial("OTHER")
            .model("Other")
            .multipleControllers(false)
            .namespace(deviceB)
            .open();
    private final InMemoryGuest a = InMemoryGuest.mapped(deviceA);
    private final InMemoryGuest b = InMemoryGuest.of(subsystemB, 9);
    private final MovingHost transport = new MovingHost(a);
    private final NvmeHost host = new NvmeHost(transport);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        subsystemB.close();
    }

    private void set(int feature, boolean save, int nsid, int cdw11) {
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, nsid, feature, save, cdw11, 0, 0, 0, 0))
                .orThrow();
    }

    private int get(int feature, int select, int nsid, int cdw11) {
        return (int) host.admin()
                .execute((sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, nsid, feature, select, cdw11, 0, 0))
                .orThrow()
                .result();
    }

    private MemorySegment log(int page, int lengthBytes) {
        long buffer = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.getLogPage(sq, at, cid, -1, page, lengthBytes, false, buffer, 0))
                .orThrow();
        return host.slice(buffer, lengthBytes);
    }

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void theHostSeesTheSameControllerAndNamespaces() {
        byte[] controller = bytes(host.identify(IdentifyCns.CONTROLLER, 0));
        byte[] namespace = bytes(host.identify(IdentifyCns.NAMESPACE, 1));
        byte[] descriptors = bytes(host.identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1));
        transport.move(b);
        assertThat(bytes(host.identify(IdentifyCns.CONTROLLER, 0))).isEqualTo(controller);
        assertThat(bytes(host.identify(IdentifyCns.NAMESPACE, 1))).isEqualTo(namespace);
        assertThat(bytes(host.identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1))).isEqualTo(descriptors);
    }

    @Test
    void aLargerControllerPromisesNoMoreThanTheOneBefore() {
        HeldBlockDevice device = new HeldBlockDevice(1024).releaseAll();
        try (NvmSubsystem small = InMemoryGuest.subsystem(false, device);
                InMemoryGuest smaller = InMemoryGuest.of(
                        small, new ControllerOptions(ControllerOptions.DEFAULT_PCI_VENDOR, 1, 4, 64, 5, 5, true))) {
            MovingHost moving = new MovingHost(smaller);
            NvmeHost guest = new NvmeHost(moving);
            guest.enable();
            long cap = moving.read64(ControllerRegisters.CAP);
            byte[] controller = bytes(guest.identify(IdentifyCns.CONTROLLER, 0));
            moving.move(b);
            assertThat(moving.read64(ControllerRegisters.CAP)).isEqualTo(cap);
            assertThat(bytes(guest.identify(IdentifyCns.CONTROLLER, 0))).isEqualTo(controller);
            moving.move(smaller);
            assertThat(bytes(guest.identify(IdentifyCns.CONTROLLER, 0))).isEqualTo(controller);
        }
    }

    @Test
    void currentAndSavedFeaturesMove() {
        set(FeatureId.ERROR_RECOVERY, true, 1, 4);
        set(FeatureId.ERROR_RECOVERY, false, 1, 5);
        set(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, false, 0, 3 | 1 << 16);
        set(FeatureId.TEMPERATURE_THRESHOLD, true, 0, 200 | 1 << 20);
        set(FeatureId.VOLATILE_WRITE_CACHE, false, 0, 0);
        set(FeatureId.ARBITRATION, false, 0, 0x0102_0303);
        set(FeatureId.WRITE_ATOMICITY_NORMAL, false, 0, 1);
        transport.move(b);
        assertThat(get(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_CURRENT, 1, 0))
                .isEqualTo(5);
        assertThat(get(FeatureId.ERROR_RECOVERY, FeatureId.SELECT_SAVED, 1, 0)).isEqualTo(4);
        assertThat(get(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 0, 3)).isEqualTo(3 | 1 << 16);
        assertThat(get(FeatureId.TEMPERATURE_THRESHOLD, 0, 0, 1 << 20)).isEqualTo(200);
        assertThat(get(FeatureId.VOLATILE_WRITE_CACHE, 0, 0, 0)).isZero();
        assertThat(get(FeatureId.ARBITRATION, 0, 0, 0)).isEqualTo(0x0102_0303);
        assertThat(get(FeatureId.WRITE_ATOMICITY_NORMAL, 0, 0, 0)).isEqualTo(1);
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 8, 0, buffer, 0))
                .orThrow();
        assertThat(deviceB.seen().getLast().durable()).isTrue();
        host.disable();
        host.enable();
        assertThat(get(FeatureId.ERROR_RECOVERY, 0, 1, 0)).isEqualTo(4);
        assertThat(get(FeatureId.ARBITRATION, 0, 0, 0)).isEqualTo(7);
    }

    @Test
    void outstandingRequestsGetTheEventsOfTheOtherPlace() {
        int request = host.admin().submit(AdminCommand::asynchronousEventRequest);
        a.settle();
        transport.move(b);
        transport.doorbell(ControllerRegisters.DOORBELLS, 9999);
        HostCompletion completion = host.admin().reap();
        assertThat(completion.commandId()).isEqualTo(request);
        assertThat((int) completion.result()).isEqualTo(AsynchronousEvent.INVALID_DOORBELL_VALUE.dw0());
    }

    @Test
    void queuedAndMaskedEventsMove() {
        int first = host.admin().submit(AdminCommand::asynchronousEventRequest);
        a.settle();
        transport.doorbell(ControllerRegisters.DOORBELLS, 9999);
        assertThat(host.admin().reap().commandId()).isEqualTo(first);
        a.controller().pause(true);
        a.settle();
        ControllerState state = transport.stop();
        assertThat(state.events().masked())
                .containsExactly(new EventState.MaskedType(AsynchronousEvent.TYPE_ERROR, LogPageId.ERROR_INFORMATION));
        transport.arrive(b, withEvent(state, AsynchronousEvent.TRANSIENT_INTERNAL_ERROR));
        b.controller().resume();
        int second = host.admin().submit(AdminCommand::asynchronousEventRequest);
        b.settle();
        assertThat(host.admin().peek()).isEmpty();
        HostCompletion[] event = new HostCompletion[1];
        long buffer = host.allocate(1);
        host.admin()
                .submit((sq, at, cid) ->
                        AdminCommand.getLogPage(sq, at, cid, -1, LogPageId.ERROR_INFORMATION, 64, false, buffer, 0));
        for (HostCompletion each : host.admin().reap(2)) {
            if (each.commandId() == second) {
                event[0] = each;
            }
        }
        assertThat((int) event[0].result()).isEqualTo(AsynchronousEvent.TRANSIENT_INTERNAL_ERROR.dw0());
    }

    private static ControllerState withEvent(ControllerState state, AsynchronousEvent event) {
        return with(state, "events", with(state.events(), "events", List.of(event)));
    }

    @Test
    void countersAndTheErrorLogMove() {
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        for (int i = 0; i < 5; i++) {
            queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                    .orThrow();
        }
        assertThat(queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 5000, 8, buffer, 0))
                        .status())
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        a.elapse(Duration.ofHours(30));
        byte[] smart = bytes(log(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES));
        byte[] errors = bytes(log(LogPageId.ERROR_INFORMATION, 2 * ErrorLogEntry.LENGTH_BYTES));
        transport.move(b);
        assertThat(bytes(log(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES))).isEqualTo(smart);
        assertThat(bytes(log(LogPageId.ERROR_INFORMATION, 2 * ErrorLogEntry.LENGTH_BYTES)))
                .isEqualTo(errors);
        queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                .orThrow();
        MemorySegment after = log(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES);
        assertThat(LittleEndian.i64(after, SmartLog.HOST_READ_COMMANDS)).isEqualTo(6);
        assertThat(LittleEndian.i64(after, SmartLog.ERROR_LOG_ENTRIES)).isEqualTo(1);
    }

    @Test
    void lostDataIsToldAtTheOtherPlaceToo() {
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        deviceA.outcome(BlockStatus.WRITE_ERROR);
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 8, 0, buffer, 0));
        transport.move(b);
        MemorySegment smart = log(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES);
        assertThat(LittleEndian.u8(smart, SmartLog.CRITICAL_WARNING)).isEqualTo(SmartLog.WARNING_RELIABILITY);
    }

    private long timestamp() {
        long buffer = host.allocate(1);
        host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.TIMESTAMP, 0, 0, buffer, 0))
                .orThrow();
        return LittleEndian.i64(host.slice(buffer, 8), 0);
    }

    @Test
    void theTimestampGoesOnByTheTimeThatHasPassed() {
        a.elapse(Duration.ofMillis(1234));
        transport.onTheWay(state -> savedAt(state, System.currentTimeMillis() - 5000));
        transport.move(b);
        assertThat(timestamp()).isBetween(6234L, 6234L + 60_000);
    }

    @Test
    void aWallClockThatCannotBeRightDoesNotMoveTheTimestamp() {
        a.elapse(Duration.ofMillis(1234));
        transport.onTheWay(state -> savedAt(state, System.currentTimeMillis() + 50_000));
        transport.move(b);
        assertThat(timestamp()).isEqualTo(1234);
        transport.onTheWay(state -> savedAt(state, 0));
        transport.move(a);
        assertThat(timestamp()).isEqualTo(1234);
    }

    private static ControllerState savedAt(ControllerState state, long millis) {
        return with(state, "clocks", with(state.clocks(), "savedAtEpochMillis", millis));
    }

    @Test
    void theKeepAliveTimerBeginsAnewAndGoesOff() {
        set(FeatureId.KEEP_ALIVE_TIMER, false, 0, 1000);
        a.elapse(Duration.ofMillis(900));
        transport.move(b);
        b.elapse(Duration.ofMillis(900));
        b.settle();
        assertThat(host.status() & ControllerStatus.CFS).isZero();
        b.elapse(Duration.ofMillis(101));
        b.settle();
        assertThat(host.status() & ControllerStatus.CFS).isNotZero();
    }

    @Test
    void aControllerWithoutHostMoves() {
        host.disable();
        transport.move(b);
        assertThat(ControllerStatus.ready(host.status())).isFalse();
        host.enable();
        host.createQueues(1, 16)
                .execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1))
                .orThrow();
    }

    @Test
    void aControllerThatIsShutDownStaysSo() {
        transport.write32(
                ControllerRegisters.CC,
                ControllerConfiguration.withShutdown(
                        ControllerConfiguration.USUAL | ControllerConfiguration.EN,
                        ControllerConfiguration.SHN_NORMAL));
        a.settle();
        int before = host.status();
        transport.move(b);
        assertThat(host.status()).isEqualTo(before);
        host.disable();
        host.enable();
    }

    @Test
    void aControllerThatHasFailedStaysSo() {
        a.breakNextPass();
        a.settle();
        int before = host.status();
        assertThat(before & ControllerStatus.CFS).isNotZero();
        transport.move(b);
        assertThat(host.status()).isEqualTo(before);
        host.disable();
        host.enable();
    }

    @Test
    void aControllerIdentifierMovesBackToo() {
        transport.move(b);
        transport.move(a);
        MemorySegment data = host.identify(IdentifyCns.CONTROLLER, 0);
        assertThat(LittleEndian.u16(data, IdentifyController.CNTLID)).isEqualTo(1);
        assertThat(LittleEndian.u8(host.identify(IdentifyCns.NAMESPACE, 1), IdentifyNamespace.FLBAS))
                .isZero();
    }
}
