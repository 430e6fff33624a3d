package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether hosts are offered shadow doorbells is up to whoever sets the controller up. */
class ShadowDoorbellOfferTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void identifyTheEffectsLogAndTheCommandAgree(boolean offered) {
        ControllerOptions options = ControllerOptions.of(1).withShadowDoorbells(offered);
        try (NvmSubsystem subsystem = InMemoryGuest.subsystem(false, RamBlockDevice.ofSize(1 << 20));
                InMemoryGuest guest = InMemoryGuest.of(subsystem, options)) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            MemorySegment identity = host.identify(IdentifyCns.CONTROLLER, 0);
            int bit = LittleEndian.u16(identity, IdentifyController.OACS)
                    & IdentifyController.OACS_DOORBELL_BUFFER_CONFIG;
            assertThat(bit != 0).isEqualTo(offered);
            int effects =
                    LittleEndian.i32(effectsLog(host), CommandEffectsLog.admin(AdminOpcode.DOORBELL_BUFFER_CONFIG));
            assertThat((effects & CommandEffectsLog.CSUPP) != 0).isEqualTo(offered);
            long shadow = host.allocate(1);
            long events = host.allocate(1);
            StatusCode status = host.admin()
                    .execute((sq, at, cid) -> AdminCommand.doorbellBufferConfig(sq, at, cid, shadow, events))
                    .status();
            assertThat(status).isEqualTo(offered ? StatusCode.SUCCESS : StatusCode.INVALID_OPCODE);
        }
    }

    private static MemorySegment effectsLog(NvmeHost host) {
        long buffer = host.allocate(1);
        int page = LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS;
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.getLogPage(
                        sq, at, cid, -1, page, CommandEffectsLog.LENGTH_BYTES, false, buffer, 0))
                .orThrow();
        return host.slice(buffer, CommandEffectsLog.LENGTH_BYTES);
    }
}
