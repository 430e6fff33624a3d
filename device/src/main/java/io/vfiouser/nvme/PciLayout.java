package io.vfiouser.nvme;

import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.PageSize;
import io.vfiouser.os.Protection;
import io.vfiouser.server.DeviceContext;
import io.vfiouser.server.DeviceContextBuilder;
import io.vfiouser.server.IrqType;
import io.vfiouser.server.MsiXCapability;
import io.vfiouser.server.PciClass;
import io.vfiouser.server.PciExpressCapability;
import io.vfiouser.server.PciIdentity;
import io.vfiouser.server.PciType;
import io.vfiouser.server.PowerManagementCapability;
import io.vfiouser.server.QuiesceHandler;
import io.vfiouser.server.RegionAccess;
import io.vfiouser.server.RegionIndex;
import io.vfiouser.server.RegionSpec;
import io.vfiouser.server.SparseArea;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the controller looks like on the PCI bus: registers and doorbells in BAR0, MSI-X table in BAR4 and pending bits in BAR5, capabilities
 * for power management, PCI Express (with function level reset) and MSI-X. PCIe Transport 1.1, chapter 3.
 *
 * <p>There is no interrupt pin. A pin is a level, and a VMM lowers it only when the guest touches a BAR: an edge that arrives after the guest
 * has consumed the completion, as happens under load, would leave it raised until the guest gives the line up, and other devices'
 * interrupts with it. Every host since PCI Express has MSI-X.
 */
final class PciLayout {
    static final int BAR0_BYTES = 16 << 10;

    private static final SparseArea DOORBELL_AREA =
            new SparseArea(ControllerRegisters.DOORBELLS, NvmeController.DOORBELL_BYTES);

    private PciLayout() {}

    /** The doorbell page: a part of BAR0's file, or memory of this process alone if there is none. */
    static Mapping mapDoorbells(@Nullable MemFd bar0) {
        return bar0 == null
                ? Mapping.anonymous(NvmeController.DOORBELL_BYTES, PageSize.BASE)
                : bar0.map(DOORBELL_AREA.offset(), DOORBELL_AREA.lengthBytes(), Protection.READ_WRITE);
    }

    static DeviceContextBuilder describe(
            Path socket,
            VfioUserLibrary library,
            ControllerOptions options,
            @Nullable MemFd bar0,
            NvmeController controller,
            PciFunction function,
            QuiesceHandler quiesce) {
        RegionSpec.Builder registers = RegionSpec.memory(BAR0_BYTES).access(new Bar0(controller));
        if (bar0 != null) {
            registers.mappable(bar0.fd(), 0, DOORBELL_AREA);
        }
        return DeviceContext.builder(socket)
                .library(library)
                .pci(
                        PciIdentity.of(
                                options.pciVendorId(), ControllerOptions.DEFAULT_PCI_DEVICE, PciClass.NVM_EXPRESS),
                        PciType.EXPRESS)
                .capability(
                        PowerManagementCapability.builder().noSoftReset(true).build())
                .capability(PciExpressCapability.builder()
                        .roleBasedErrorReporting(true)
                        .functionLevelReset(true)
                        .completionTimeoutDisable(true)
                        .build())
                .capability(new MsiXCapability(options.interruptVectors(), RegionIndex.BAR4, 0, RegionIndex.BAR5, 0))
                .region(RegionIndex.BAR0, registers.build())
                .region(
                        RegionIndex.BAR4,
                        RegionSpec.memory(PciFunction.MSIX_BAR_BYTES)
                                .access(function.msixTable())
                                .build())
                .region(
                        RegionIndex.BAR5,
                        RegionSpec.memory(PciFunction.MSIX_BAR_BYTES)
                                .access(function.msixPending())
                                .build())
                .interrupts(IrqType.MSIX, options.interruptVectors())
                .quiesce(quiesce);
    }

    private record Bar0(NvmeController controller) implements RegionAccess {
        @Override
        public void read(long offset, MemorySegment into) {
            controller.readBar0(offset, into);
        }

        @Override
        public void write(long offset, MemorySegment from) {
            controller.writeBar0(offset, from);
        }
    }
}
