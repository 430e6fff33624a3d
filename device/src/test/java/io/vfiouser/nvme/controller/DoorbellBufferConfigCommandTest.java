package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.memory.DirtyMarker;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ShadowingHost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shadow doorbells, stepped by hand: what is refused, which of register and shadow counts, and what hostile guests do. */
class DoorbellBufferConfigCommandTest {
    private final InMemoryGuest guest = InMemoryGuest.trapped(NullBlockDevice.of(1000, 512));
    private final ShadowingHost shadow = new ShadowingHost(guest);
    private final NvmeHost host = new NvmeHost(shadow);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private static int flush(HostQueue queue) {
        return queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
    }

    private static void flushes(HostQueue queue, int count) {
        for (int i = 0; i < count; i++) {
            int command = flush(queue);
            assertThat(queue.reap().orThrow().commandId()).isEqualTo(command);
        }
    }

    private void storeShadow(int doorbell, int value) {
        LittleEndian.putU32Release(
                host.memory(), host.at(shadow.shadowPage()) + doorbell - ControllerRegisters.DOORBELLS, value);
    }

    private int storedShadow(int doorbell) {
        return LittleEndian.i32(host.memory(), host.at(shadow.shadowPage()) + doorbell - ControllerRegisters.DOORBELLS);
    }

    private void publish(RegionTable table) {
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();
        guest.guestMemory().publish(table);
        guest.controller().resume();
    }

    /** All of the memory, one page of it only to be read or only to be written. */
    private RegionTable restricted(long page, boolean readable, boolean writable) {
        MemorySegment memory = guest.memory();
        long at = host.at(page);
        return RegionTable.of(List.of(
                GuestRegion.of(InMemoryGuest.IOVA, memory.asSlice(0, at)),
                new GuestRegion(page, memory.asSlice(at, NvmeHost.PAGE), readable, writable, DirtyMarker.NONE),
                GuestRegion.of(page + NvmeHost.PAGE, memory.asSlice(at + NvmeHost.PAGE))));
    }

    // ---- the command ----

    @Test
    void identifyOffersIt() {
        IdentifyController identity = new IdentifyController(host.identify(IdentifyCns.CONTROLLER, 0));
        assertThat(identity.u16(IdentifyController.OACS) & IdentifyController.OACS_DOORBELL_BUFFER_CONFIG)
                .isNotZero();
    }

    private void assertRefused(long shadowPage, long eventPage, int location) {
        HostCompletion completion = host.admin()
                .execute((sq, at, cid) -> AdminCommand.doorbellBufferConfig(sq, at, cid, shadowPage, eventPage));
        assertThat(completion.status()).isEqualTo(StatusCode.INVALID_FIELD);
        long log = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.getLogPage(
                        sq,
                        at,
                        cid,
                        SubmissionEntry.NSID_ALL,
                        LogPageId.ERROR_INFORMATION,
                        NvmeHost.PAGE,
                        false,
                        log,
                        0))
                .orThrow();
        assertThat(ErrorLogEntry.read(host.memory(), host.at(log)).parameterErrorLocation())
                .isEqualTo(location);
    }

    @Test
    void pagesThatAreNotAlignedOrNotMappedAreRefused() {
        long good = host.allocate(1);
        assertRefused(good + 4, good, SubmissionEntry.PRP1);
        assertRefused(good, good + 2048, SubmissionEntry.PRP2);
        assertRefused(0x1000, good, SubmissionEntry.PRP1);
        assertRefused(good, 0x1000, SubmissionEntry.PRP2);
        assertRefused(-4096, good, SubmissionEntry.PRP1);
        assertRefused(good, InMemoryGuest.IOVA + InMemoryGuest.MEMORY_BYTES, SubmissionEntry.PRP2);
    }

    @Test
    void pagesThatTheDeviceMayNotUseThatWayAreRefused() {
        long page = host.allocate(1);
        long other = host.allocate(1);
        publish(restricted(page, false, true));
        assertRefused(page, other, SubmissionEntry.PRP1);
        publish(restricted(page, true, false));
        assertRefused(other, page, SubmissionEntry.PRP2);
    }

    // ---- which counts ----

    @Test
    void aPollerThatIsAwakeNeedsNoRegisterWrites() {
        HostQueue queue = host.createQueues(1, 1, 16, 8, 1);
        shadow.configure(host, queueId -> queueId > 0);
        flushes(queue, 1000);
        assertThat(shadow.doorbells()).isEqualTo(2000);
        assertThat(shadow.registerWrites()).as("the first of each doorbell").isEqualTo(2);
    }

    @Test
    void queuesThatAreCreatedAfterwardsUseThemAsWell() {
        shadow.configure(host, queueId -> queueId > 0);
        HostQueue queue = host.createQueues(5, 16);
        flushes(queue, 100);
        assertThat(shadow.registerWrites()).isLessThanOrEqualTo(2);
    }

    @Test
    void someQueuesMayUseRegistersAndOthersShadows() {
        shadow.configure(host, queueId -> queueId == 2);
        HostQueue registers = host.createQueues(1, 16);
        HostQueue shadows = host.createQueues(2, 16);
        for (int i = 0; i < 100; i++) {
            flushes(registers, 3);
            flushes(shadows, 5);
            host.identify(IdentifyCns.ACTIVE_NAMESPACES, 0);
        }
        assertThat(shadow.registerWrites()).isLessThanOrEqualTo(2);
    }

    @Test
    void theAdminQueueMayUseShadowsToo() {
        shadow.configure(host, queueId -> true);
        for (int i = 0; i < 3 * NvmeHost.ADMIN_ENTRIES; i++) {
            host.identify(IdentifyCns.ACTIVE_NAMESPACES, 0);
            guest.settle();
        }
        assertThat(shadow.registerWrites())
                .as("the control thread may have gone to sleep, so each tail is announced")
                .isGreaterThanOrEqualTo(3 * NvmeHost.ADMIN_ENTRIES);
    }

    @Test
    void aRegisterWriteThatComesLateMovesNothingBack() {
        HostQueue queue = host.createQueues(1, 16);
        shadow.configure(host, queueId -> queueId > 0);
        flushes(queue, 9);
        guest.doorbell(Doorbells.submissionTail(1), 3);
        guest.doorbell(Doorbells.completionHead(1), 2);
        guest.settle();
        assertThat(queue.peek()).isEmpty();
        flushes(queue, 100);
    }

    @Test
    void aHostMayGoOverToShadowsWhereverItsQueueIs() {
        for (int before = 0; before < 20; before++) {
            shadow.forget();
            HostQueue queue = host.createQueues(1, 5);
            flushes(queue, before);
            shadow.configure(host, queueId -> queueId > 0);
            flushes(queue, 20);
            host.deleteQueues(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 31})
    void whatAnEarlierQueueLeftInThePagesDoesNotMatter(int commands) {
        shadow.configure(host, queueId -> queueId > 0);
        flushes(host.createQueues(1, 16), commands);
        host.deleteQueues(1);
        flushes(host.createQueues(1, 16), 20);
        host.deleteQueues(1);
        flushes(host.createQueues(1, 2), 20);
        host.deleteQueues(1);
        shadow.forget();
        storeShadow(Doorbells.submissionTail(1), 7);
        storeShadow(Doorbells.completionHead(1), 3);
        flushes(host.createQueues(1, 16), 20);
    }

    @Test
    void aShadowPageThatTheDeviceMayOnlyReadIsNotWritten() {
        HostQueue queue = host.createQueues(1, 16);
        flushes(queue, 3);
        long page = guest.memory().byteSize() / 2 + InMemoryGuest.IOVA;
        long events = page + NvmeHost.PAGE;
        publish(restricted(page, true, false));
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.doorbellBufferConfig(sq, at, cid, page, events))
                .orThrow();
        host.deleteQueues(1);
        flushes(host.createQueues(1, 16), 3);
        assertThat(host.slice(page, NvmeHost.PAGE).mismatch(host.slice(host.allocate(1), NvmeHost.PAGE)))
                .isEqualTo(-1);
    }

    @Test
    void aValueThatTheQueueCannotHaveIsReportedOnceAndOtherwiseIgnored() {
        HostQueue queue = host.createQueues(1, 16);
        shadow.configure(host, queueId -> queueId > 0);
        flushes(queue, 2);
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        storeShadow(Doorbells.submissionTail(1), 0x1_0003);
        assertThat(AsynchronousEvent.of((int) host.admin().reap().result()))
                .isEqualTo(AsynchronousEvent.INVALID_DOORBELL_VALUE);
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
        storeShadow(Doorbells.submissionTail(1), 2);
        flushes(queue, 20);
    }

    @Test
    void aResetForgetsThem() {
        host.createQueues(1, 16);
        shadow.configure(host, queueId -> queueId > 0);
        host.disable();
        shadow.forget();
        host.enable();
        HostQueue queue = host.createQueues(1, 16);
        storeShadow(Doorbells.submissionTail(1), 5);
        MemorySegment events = host.slice(shadow.eventPage(), NvmeHost.PAGE);
        events.fill((byte) 0x5A);
        flushes(queue, 40);
        assertThat(events.mismatch(MemorySegment.ofArray(filled()))).isEqualTo(-1);
    }

    private static byte[] filled() {
        byte[] bytes = new byte[NvmeHost.PAGE];
        Arrays.fill(bytes, (byte) 0x5A);
        return bytes;
    }

    @Test
    void eventIndexesAreMarkedAsWritten() {
        HostQueue queue = host.createQueues(1, 16);
        shadow.configure(host, queueId -> queueId > 0);
        flushes(queue, 1);
        guest.dirtyPages().clear();
        flushes(queue, 20);
        assertThat(guest.dirtyPages().get((int) (host.at(shadow.eventPage()) / NvmeHost.PAGE)))
                .isTrue();
        assertThat(guest.dirtyPages().get((int) (host.at(shadow.shadowPage()) / NvmeHost.PAGE)))
                .isFalse();
    }

    // ---- memory that goes ----

    @Test
    void whileThePagesAreAwayQueuesStandStillAndGoOnAfterwards() {
        HostQueue queue = host.createQueues(1, 16);
        HostQueue registers = host.createQueues(2, 16);
        shadow.configure(host, queueId -> queueId == 1);
        flushes(queue, 7);
        for (long page : new long[] {shadow.shadowPage(), shadow.eventPage()}) {
            publish(restricted(page, false, false));
            int command = flush(queue);
            guest.settle();
            assertThat(queue.peek()).isEmpty();
            flushes(registers, 3);
            publish(guest.table());
            assertThat(queue.reap().commandId()).isEqualTo(command);
            flushes(queue, 20);
        }
    }

    @Test
    void thePagesAreFoundWhereTheGuestAddressIsMappedNow() {
        HostQueue queue = host.createQueues(1, 16);
        shadow.configure(host, queueId -> queueId == 1);
        flushes(queue, 7);
        long at = host.at(shadow.shadowPage());
        // Other memory at the same guest address: what is stored into the old one does nothing any more.
        MemorySegment other = guest.memory().asSlice(guest.memory().byteSize() - NvmeHost.PAGE, NvmeHost.PAGE);
        other.copyFrom(host.slice(shadow.shadowPage(), NvmeHost.PAGE));
        MemorySegment memory = guest.memory();
        publish(RegionTable.of(List.of(
                GuestRegion.of(InMemoryGuest.IOVA, memory.asSlice(0, at)),
                GuestRegion.of(shadow.shadowPage(), other),
                GuestRegion.of(shadow.shadowPage() + NvmeHost.PAGE, memory.asSlice(at + NvmeHost.PAGE)))));
        int command = flush(queue);
        guest.settle();
        assertThat(queue.peek()).isEmpty();
        LittleEndian.putU32Release(
                other,
                Doorbells.submissionTail(1) - ControllerRegisters.DOORBELLS,
                storedShadow(Doorbells.submissionTail(1)));
        assertThat(queue.reap().commandId()).isEqualTo(command);
    }

    // ---- hostile guests ----

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anythingInThePagesIsSurvived(long seed) {
        Random random = new Random(seed);
        host.createQueues(1, 16);
        host.createQueues(2, 2, 64, 4, 2);
        shadow.configure(host, queueId -> false);
        for (int i = 0; i < 3000; i++) {
            int doorbell = Doorbells.submissionTail(random.nextInt(4)) + 4 * random.nextInt(2);
            int value = random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(70);
            switch (random.nextInt(10)) {
                case 0 -> guest.doorbell(doorbell, value);
                case 1 ->
                    host.slice(shadow.eventPage(), NvmeHost.PAGE)
                            .set(ValueLayout.JAVA_INT, 4L * random.nextInt(1024), value);
                case 2 -> {
                    if (random.nextInt(20) == 0) {
                        publish(restricted(
                                random.nextBoolean() ? shadow.shadowPage() : shadow.eventPage(),
                                random.nextBoolean(),
                                random.nextBoolean()));
                    } else if (random.nextInt(20) == 0) {
                        publish(guest.table());
                    }
                }
                case 3 -> guest.controller().pollers().getFirst().arm();
                default -> storeShadow(doorbell, value);
            }
            guest.progress();
        }
        publish(guest.table());
        host.disable();
        host.enable();
        flushes(host.createQueues(1, 16), 20);
        shadow.configure(host, queueId -> queueId > 0);
        flushes(host.createQueues(2, 16), 20);
    }

    @Test
    void theSamePageForBothHarmsNobodyElse() {
        HostQueue other = host.createQueues(2, 16);
        long page = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.doorbellBufferConfig(sq, at, cid, page, page))
                .orThrow();
        flush(other);
        guest.settle();
        host.disable();
        host.enable();
        flushes(host.createQueues(1, 16), 20);
    }
}
