package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Asynchronous Event Request. Base 2.1, section 5.1.2. */
@ConformanceSuite
class AsynchronousEventRequestConformanceTest {
    private static final int TEMPERATURE_EVENTS = 1 << 1;
    private static final int DEFAULT_THRESHOLD = 343;

    private static NvmeCommand request() {
        return NvmeCommand.admin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST);
    }

    @Test
    void asManyAsAnnouncedMayBeOutstandingAndNoMore(Conformance c) {
        int limit = c.driver().identify().u8(IdentifyController.AERL) + 1;
        List<Conformance.Pending> all = new ArrayList<>();
        for (int i = 0; i < limit; i++) {
            all.add(c.start(request()));
        }
        for (int i = 0; i < 3; i++) {
            c.admin(request())
                    .refused(StatusCode.ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED)
                    .nowhere();
        }
        assertThat(all).allMatch(c::outstanding);
    }

    @Test
    void aTemperatureEventIsReportedOnceUntilTheHealthPageWasRead(Conformance c) {
        Conformance.Pending first = c.start(request());
        Conformance.Pending second = c.start(request());
        c.admin(NvmeCommand.setFeatures(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, TEMPERATURE_EVENTS))
                .succeeds();
        assertThat(c.outstanding(first)).isTrue();
        c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, 1)).succeeds();
        assertThat(AsynchronousEvent.of(c.outcome(first).succeeds().dw0()))
                .isEqualTo(AsynchronousEvent.TEMPERATURE_THRESHOLD);
        c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, 2)).succeeds();
        assertThat(c.outstanding(second))
                .as("masked until the log page is read")
                .isTrue();
        c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, DEFAULT_THRESHOLD))
                .succeeds();
        c.admin(NvmeCommand.getLogPage(
                        LogPageId.SMART_HEALTH, SubmissionEntry.NSID_ALL, c.buffer(), SmartLog.LENGTH_BYTES))
                .succeeds();
    }

    @Test
    void eventsThatTheHostDidNotAskForAreNotReported(Conformance c) {
        Conformance.Pending pending = c.start(request());
        c.admin(NvmeCommand.setFeatures(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 0))
                .succeeds();
        c.admin(NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, 1)).succeeds();
        assertThat(c.outstanding(pending)).isTrue();
    }
}
