package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.Test;

/** The fields FUSE and PSDT of command dword 0. Base 2.1, section 4.1.1. */
@ConformanceSuite
class DataPointerSelectionConformanceTest {
    private static final int FUSE_BYTE = SubmissionEntry.CDW0 + 1;
    private static final int FUSE_SHIFT = 8;
    private static final int PSDT_SHIFT = 14;
    private static final int PSDT_BIT = 6;
    private static final int RESERVED = 3;
    private static final int SGLS_SUPPORTED = 0b11;
    private static final int FUSES_COMPARE_AND_WRITE = 1;

    private static NvmeCommand identify(Conformance c) {
        return NvmeCommand.identify(IdentifyCns.CONTROLLER, 0, c.buffer());
    }

    private static NvmeCommand read(Conformance c) {
        return NvmeCommand.read(RAM.id(), 0, 1, c.buffer(), 0, 512);
    }

    @Test
    void adminCommandsAreNotFused(Conformance c) {
        for (int fuse = 1; fuse <= RESERVED; fuse++) {
            c.admin(identify(c).cdw0Flags(fuse << FUSE_SHIFT))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(FUSE_BYTE);
        }
    }

    @Test
    void adminCommandsUseNoSgls(Conformance c) {
        for (int psdt = 1; psdt <= RESERVED; psdt++) {
            var outcome = c.admin(identify(c).cdw0Flags(psdt << PSDT_SHIFT)).refused(StatusCode.INVALID_FIELD);
            c.settle(outcome);
        }
    }

    @Test
    void adminCommandsWithSglsSayWhichFieldIsBad(Conformance c) {
        c.admin(identify(c).cdw0Flags(1 << PSDT_SHIFT))
                .refused(StatusCode.INVALID_FIELD)
                .at(FUSE_BYTE, PSDT_BIT);
    }

    @Test
    void theReservedFuseValueIsRefusedOnIoQueues(Conformance c) {
        c.io(read(c).cdw0Flags(RESERVED << FUSE_SHIFT))
                .refused(StatusCode.INVALID_FIELD)
                .at(FUSE_BYTE);
    }

    @Test
    void fusedCommandsAreRefusedWhereTheControllerAnnouncesNone(Conformance c) {
        if ((c.driver().identify().u16(IdentifyController.FUSES) & FUSES_COMPARE_AND_WRITE) != 0) {
            return;
        }
        for (int fuse = 1; fuse < RESERVED; fuse++) {
            c.io(read(c).cdw0Flags(fuse << FUSE_SHIFT))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(FUSE_BYTE);
        }
    }

    @Test
    void theReservedPsdtValueIsRefusedOnIoQueues(Conformance c) {
        c.io(read(c).cdw0Flags(RESERVED << PSDT_SHIFT))
                .refused(StatusCode.INVALID_FIELD)
                .at(FUSE_BYTE, PSDT_BIT);
    }

    @Test
    void sglsAreRefusedWhereTheControllerAnnouncesNone(Conformance c) {
        if ((c.identifyController(IdentifyController.SGLS) & SGLS_SUPPORTED) != 0) {
            return;
        }
        for (int psdt = 1; psdt < RESERVED; psdt++) {
            c.io(read(c).cdw0Flags(psdt << PSDT_SHIFT))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(FUSE_BYTE, PSDT_BIT);
        }
    }

    @Test
    void aCommandThatIsNeitherFusedNorUsesSglsIsExecuted(Conformance c) {
        assertThat(c.admin(identify(c)).succeeds().dw0()).isZero();
        c.io(read(c)).succeeds();
    }
}
