package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SpecVersion;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifecycleTest {
    private final HeldBlockDevice device = new HeldBlockDevice(1024);
    private final InMemoryGuest guest = InMemoryGuest.mapped(device);
    private final NvmeHost host = new NvmeHost(guest);

    @AfterEach
    void close() {
        device.releaseAll();
        guest.close();
    }

    @Test
    void capabilitiesAreThoseOfAnIoControllerWith64KiEntryQueues() {
        long cap = guest.read64(ControllerRegisters.CAP);
        assertThat(ControllerCapabilities.maximumQueueEntries(cap)).isEqualTo(65_536);
        assertThat(ControllerCapabilities.doorbellStrideBytes(cap)).isEqualTo(4);
        assertThat(ControllerCapabilities.minimumPageShift(cap)).isEqualTo(12);
        assertThat(cap & ControllerCapabilities.CSS_NVM).isNotZero();
        assertThat(cap & ControllerCapabilities.CQR).isNotZero();
        assertThat(guest.read32(ControllerRegisters.VS)).isEqualTo(SpecVersion.V2_1);
        assertThat(guest.read32(ControllerRegisters.CAP + 4)).isEqualTo((int) (cap >>> 32));
    }

    @Test
    void enablingAndDisablingShowInCsts() {
        assertThat(host.status()).isZero();
        host.enable();
        assertThat(host.status()).isEqualTo(ControllerStatus.RDY);
        host.disable();
        assertThat(host.status()).isZero();
        assertThat(guest.read64(ControllerRegisters.ASQ))
                .as("a controller reset keeps the admin queue's registers")
                .isEqualTo(host.admin().submissionBase());
        host.enable();
        host.identify(IdentifyCns.CONTROLLER, 0);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                ControllerConfiguration.USUAL | 5 << 7,
                ControllerConfiguration.USUAL | ControllerConfiguration.CSS_ADMIN_ONLY << 4,
                ControllerConfiguration.USUAL | 1 << 4,
                ControllerConfiguration.USUAL | 1 << 11
            })
    void configurationsThatAreNotOfferedAreFatalAndARestartHeals(int cc) {
        guest.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(8, 8));
        guest.write64(ControllerRegisters.ASQ, host.admin().submissionBase());
        guest.write64(ControllerRegisters.ACQ, host.admin().completionBase());
        guest.write32(ControllerRegisters.CC, cc | ControllerConfiguration.EN);

        assertThat(host.status()).isEqualTo(ControllerStatus.CFS);

        guest.write32(ControllerRegisters.CC, 0);
        host.await("CSTS.CFS to go", () -> host.status() == 0);
        host.enable();
        host.identify(IdentifyCns.CONTROLLER, 0);
    }

    @Test
    void anAdminQueueThatIsTooSmallOrNotMappedIsFatal() {
        guest.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(1, 8));
        guest.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        assertThat(ControllerStatus.fatal(host.status())).isTrue();

        guest.write32(ControllerRegisters.CC, 0);
        host.await("CSTS.CFS to go", () -> host.status() == 0);
        guest.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(8, 8));
        guest.write64(ControllerRegisters.ASQ, 0x1000);
        guest.write64(ControllerRegisters.ACQ, 0x2000);
        guest.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        assertThat(host.status()).isEqualTo(ControllerStatus.CFS);
    }

    @Test
    void commandsInFlightHoldReadyUntilTheyHaveEnded() {
        host.enable();
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
        guest.settle();
        assertThat(device.outstanding()).isOne();

        guest.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL);
        guest.settle();
        assertThat(ControllerStatus.ready(host.status())).isTrue();

        device.release(1);
        host.await("CSTS.RDY to go", () -> !ControllerStatus.ready(host.status()));
        host.enable();
        device.releaseAll();
        queue = host.createQueues(1, 16);
        queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                .orThrow();
    }

    @Test
    void shutdownFlushesBeforeItIsComplete() {
        host.enable();
        shutDown();
        guest.settle();
        assertThat(ControllerStatus.shutdown(host.status())).isEqualTo(ControllerStatus.SHST_IN_PROGRESS);
        assertThat(device.seen()).hasSize(1);

        device.releaseAll();
        host.await("SHST", () -> ControllerStatus.shutdown(host.status()) == ControllerStatus.SHST_COMPLETE);
        assertThat(ControllerStatus.ready(host.status())).isTrue();

        host.disable();
        assertThat(host.status()).isZero();
        host.enable();
        host.identify(IdentifyCns.CONTROLLER, 0);
    }

    @Test
    void aControllerThatEndsDuringAShutdownWaitsForTheFlush() {
        host.enable();
        shutDown();
        guest.settle();
        assertThat(device.outstanding()).isOne();

        device.releaseAll();
        guest.controller().close();
        assertThat(device.outstanding()).isZero();
    }

    @Test
    void aShutdownIsCompletedAlthoughAnAdminCommandWaitedForThePollers() {
        device.releaseAll();
        host.enable();
        long queue = host.allocate(1);
        int commandId = host.admin()
                .submit((sq, at, cid) -> AdminCommand.createCompletionQueue(sq, at, cid, 1, 16, queue, true, 1));
        guest.controller().doWork();
        shutDown();

        host.await("SHST", () -> ControllerStatus.shutdown(host.status()) == ControllerStatus.SHST_COMPLETE);
        assertThat(host.admin().reap().orThrow().commandId()).isEqualTo(commandId);
    }

    private void shutDown() {
        guest.write32(
                ControllerRegisters.CC,
                ControllerConfiguration.withShutdown(
                        ControllerConfiguration.USUAL | ControllerConfiguration.EN,
                        ControllerConfiguration.SHN_NORMAL));
    }

    @Test
    void aFullResetClearsRegistersQueuesAndDoorbells() {
        device.releaseAll();
        host.enable();
        host.createQueues(5, 16);
        guest.controller().reset();
        guest.settle();

        assertThat(host.status()).isZero();
        assertThat(guest.read64(ControllerRegisters.ASQ)).isZero();
        assertThat(guest.read32(ControllerRegisters.AQA)).isZero();
        assertThat(guest.read32(ControllerRegisters.CC)).isZero();
        assertThat(guest.read32(ControllerRegisters.DOORBELLS)).isZero();
        host.enable();
        host.createQueues(5, 16);
    }

    @Test
    void aResetOfAPausedControllerIsCompleteAtOnce() {
        host.enable();
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();
        guest.controller().reset();
        assertThat(host.status()).isZero();
        guest.controller().resume();
        host.enable();
    }

    @Test
    void theSubsystemResetTakesItsKeyOnlyAndLeavesATrace() {
        host.enable();
        guest.write32(ControllerRegisters.NSSR, 0x1234);
        guest.settle();
        assertThat(host.status()).isEqualTo(ControllerStatus.RDY);

        guest.write32(ControllerRegisters.NSSR, ControllerRegisters.NSSR_KEY);
        host.await("CSTS.RDY to go", () -> !ControllerStatus.ready(host.status()));
        assertThat(host.status()).isEqualTo(ControllerStatus.NSSRO);
        guest.write32(ControllerRegisters.CSTS, ControllerStatus.NSSRO);
        assertThat(host.status()).isZero();
    }

    @Test
    void whileItIsPausedNothingTouchesMemoryAndAfterwardsEveryQueueIsLookedAt() {
        device.releaseAll();
        host.enable();
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();

        queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
        MemorySegment before = MemorySegment.ofArray(new byte[(int) InMemoryGuest.MEMORY_BYTES]);
        before.copyFrom(guest.memory());
        guest.settle();
        assertThat(guest.memory().mismatch(before)).isEqualTo(-1);

        guest.controller().resume();
        queue.reap().orThrow();
    }

    @Test
    void aPauseWaitsForWhatTheBackEndHas() {
        host.enable();
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
        guest.settle();
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isFalse();

        device.release(1);
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();
        assertThat(queue.peek()).as("it was completed before the pause").isPresent();
        guest.controller().resume();
    }

    @Test
    void anAnswerToAnEarlierPauseIsNotTakenForTheNext() {
        host.enable();
        guest.controller().pause();
        guest.settle();
        guest.controller().resume();
        guest.controller().pause();
        assertThat(guest.controller().paused()).isFalse();
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();
    }

    @Test
    void accessesThatAreNoDwordsAreHarmless() {
        try (InMemoryGuest other = InMemoryGuest.mapped(RamBlockDevice.ofSize(1 << 20))) {
            for (int length = 1; length < 20; length++) {
                for (long offset = 0; offset < 0x40; offset++) {
                    MemorySegment bytes = MemorySegment.ofArray(new byte[length]);
                    other.controller().readBar0(offset, bytes);
                    other.controller().writeBar0(offset, bytes.fill((byte) 0));
                }
            }
            MemorySegment end = MemorySegment.ofArray(new byte[8]);
            other.controller().writeBar0(0x3FF8, end);
            other.controller().readBar0(0x3FF8, end);
            MemorySegment two = MemorySegment.ofArray(new byte[2]);
            other.controller().readBar0(ControllerRegisters.VS + 2, two);
            assertThat(two.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
        }
    }
}
