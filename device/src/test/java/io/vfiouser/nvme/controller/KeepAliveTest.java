package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keep Alive and its timer. */
class KeepAliveTest {
    private final InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512));
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private void timeout(int millis) {
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.KEEP_ALIVE_TIMER, millis, 0, 0))
                .orThrow();
    }

    private boolean fatal() {
        guest.settle();
        return ControllerStatus.fatal(host.status());
    }

    @Test
    void theTimeoutIsRoundedUpToTheGranularityThatIsAnnounced() {
        assertThat(LittleEndian.u16(host.identify(IdentifyCns.CONTROLLER, 0), IdentifyController.KAS))
                .isOne();
        timeout(1001);
        long value = host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.KEEP_ALIVE_TIMER, 0, 0, 0, 0))
                .orThrow()
                .result();
        assertThat(value).isEqualTo(1100);
    }

    @Test
    void withoutATimeoutNothingExpires() {
        host.admin().execute(AdminCommand::keepAlive).orThrow();
        guest.elapse(Duration.ofDays(100));
        assertThat(fatal()).isFalse();
        timeout(1000);
        timeout(0);
        guest.elapse(Duration.ofDays(100));
        assertThat(fatal()).isFalse();
    }

    @Test
    void keepAliveRestartsTheTimerAndOtherCommandsDoNot() {
        timeout(1000);
        for (int i = 0; i < 10; i++) {
            guest.elapse(Duration.ofMillis(900));
            assertThat(fatal()).isFalse();
            host.admin().execute(AdminCommand::keepAlive).orThrow();
        }
        guest.elapse(Duration.ofMillis(900));
        host.identify(IdentifyCns.CONTROLLER, 0);
        guest.elapse(Duration.ofMillis(200));
        assertThat(fatal()).isTrue();
    }

    @Test
    void aKeepAliveThatWaitsInTheQueueComesInTime() {
        timeout(1000);
        guest.elapse(Duration.ofSeconds(5));
        host.admin().execute(AdminCommand::keepAlive).orThrow();
        assertThat(fatal()).isFalse();
    }

    @Test
    void anExpiredTimerStopsTheControllerUntilAResetAndIsInTheErrorLog() {
        timeout(1000);
        guest.elapse(Duration.ofMillis(1001));
        assertThat(fatal()).isTrue();
        host.admin().submit(AdminCommand::keepAlive);
        guest.settle();
        assertThat(host.admin().peek()).as("nothing is processed").isEmpty();

        host.disable();
        host.enable();
        guest.elapse(Duration.ofDays(1));
        assertThat(fatal()).as("the timer is off after a reset").isFalse();
        long buffer = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.getLogPage(sq, at, cid, -1, LogPageId.ERROR_INFORMATION, 128, false, buffer, 0))
                .orThrow();
        ErrorLogEntry entry = ErrorLogEntry.read(host.slice(buffer, 128), 0);
        assertThat(StatusCode.of(entry.statusField())).contains(StatusCode.KEEP_ALIVE_TIMER_EXPIRED);
        assertThat(entry.submissionQueueId()).isEqualTo(0xFFFF);
        assertThat(entry.commandId()).isEqualTo(0xFFFF);
        assertThat(ErrorLogEntry.read(host.slice(buffer, 128), 64).errorCount())
                .as("once")
                .isZero();
    }
}
