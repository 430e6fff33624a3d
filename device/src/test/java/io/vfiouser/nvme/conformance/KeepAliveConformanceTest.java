package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.Test;

/** Keep Alive. Base 2.1, section 5.1.14. */
@ConformanceSuite
class KeepAliveConformanceTest {
    private static final int AMPLE_MILLIS = 600_000;
    private static final int UNIT_MILLIS = 100;

    private static NvmeCommand setTimeout(int millis) {
        return NvmeCommand.setFeatures(FeatureId.KEEP_ALIVE_TIMER, millis);
    }

    private static int timeout(Conformance c) {
        return c.admin(NvmeCommand.getFeatures(FeatureId.KEEP_ALIVE_TIMER, FeatureId.SELECT_CURRENT))
                .succeeds()
                .dw0();
    }

    @Test
    void itSucceedsWithAndWithoutATimer(Conformance c) {
        assertThat(timeout(c)).isZero();
        c.admin(NvmeCommand.keepAlive()).succeeds();
        c.admin(setTimeout(AMPLE_MILLIS)).succeeds();
        for (int i = 0; i < 10; i++) {
            c.admin(NvmeCommand.keepAlive()).succeeds();
        }
        assertThat(timeout(c)).isEqualTo(AMPLE_MILLIS);
        c.admin(setTimeout(0)).succeeds();
        c.admin(NvmeCommand.keepAlive()).succeeds();
        assertThat(timeout(c)).isZero();
    }

    @Test
    void theTimeoutIsRoundedUpToTheGranularityAnnounced(Conformance c) {
        int granularity = c.driver().identify().u16(IdentifyController.KAS) * UNIT_MILLIS;
        assertThat(granularity).isPositive();
        c.admin(setTimeout(AMPLE_MILLIS * granularity + 1)).succeeds();
        assertThat(timeout(c)).isEqualTo((AMPLE_MILLIS + 1) * granularity);
    }

    @Test
    void aTimeoutThatCannotBeRoundedUpIsRefusedAndTheOneBeforeStays(Conformance c) {
        c.admin(setTimeout(AMPLE_MILLIS)).succeeds();
        c.admin(setTimeout(-1)).refused(StatusCode.KEEP_ALIVE_TIMEOUT_INVALID).at(SubmissionEntry.CDW11);
        assertThat(timeout(c)).isEqualTo(AMPLE_MILLIS);
    }
}
