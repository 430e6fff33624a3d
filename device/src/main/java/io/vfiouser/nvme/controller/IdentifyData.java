package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyControllerNvm;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.PowerState;
import io.vfiouser.nvme.spec.SpecVersion;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.SubsystemIdentity;
import java.lang.foreign.MemorySegment;

/** What this controller says of itself (CNS 01h). The data starts zeroed; a field that is left out is zero. */
final class IdentifyData {
    private static final int MAXIMUM_CENTIWATTS = 2500;
    private static final int LAST_FIRMWARE_SLOT_READ_ONLY = 1 | 1 << 1;

    private IdentifyData() {}

    static void controller(MemorySegment data, AdminContext controller) {
        ControllerOptions options = controller.options();
        SubsystemIdentity subsystem = controller.subsystem().identity();
        LittleEndian.putU16(data, IdentifyController.VID, options.pciVendorId());
        LittleEndian.putU16(data, IdentifyController.SSVID, options.pciVendorId());
        LittleEndian.putAscii(data, IdentifyController.SN, IdentifyController.SN_LENGTH, subsystem.serial());
        LittleEndian.putAscii(data, IdentifyController.MN, IdentifyController.MN_LENGTH, subsystem.model());
        LittleEndian.putAscii(data, IdentifyController.FR, IdentifyController.FR_LENGTH, subsystem.firmware());
        LittleEndian.putU8(data, IdentifyController.MDTS, options.transferShift());
        LittleEndian.putU16(data, IdentifyController.CNTLID, options.controllerId());
        LittleEndian.putU32(data, IdentifyController.VER, SpecVersion.V2_1);
        LittleEndian.putU32(data, IdentifyController.OAES, IdentifyController.OAES_NAMESPACE_ATTRIBUTE);
        LittleEndian.putU32(data, IdentifyController.CTRATT, IdentifyController.CTRATT_HOST_ID_128);
        if (controller.subsystem().multipleControllers()) {
            LittleEndian.putU8(data, IdentifyController.CMIC, IdentifyController.CMIC_MULTIPLE_CONTROLLERS);
        }
        LittleEndian.putU8(data, IdentifyController.CNTRLTYPE, IdentifyController.TYPE_IO);
        LittleEndian.putU8(data, IdentifyController.ACL, AbortRequests.LIMIT - 1);
        LittleEndian.putU8(data, IdentifyController.AERL, AsynchronousEvents.LIMIT - 1);
        LittleEndian.putU8(data, IdentifyController.FRMW, LAST_FIRMWARE_SLOT_READ_ONLY);
        LittleEndian.putU8(
                data,
                IdentifyController.LPA,
                IdentifyController.LPA_COMMAND_EFFECTS
                        | IdentifyController.LPA_EXTENDED_DATA
                        | IdentifyController.LPA_SUPPORTED_PAGES);
        LittleEndian.putU8(data, IdentifyController.ELPE, ErrorLog.ENTRIES - 1);
        LittleEndian.putU16(data, IdentifyController.WCTEMP, Health.WARNING_KELVIN);
        LittleEndian.putU16(data, IdentifyController.CCTEMP, Health.CRITICAL_KELVIN);
        LittleEndian.putU16(data, IdentifyController.KAS, KeepAliveTimerFeature.GRANULARITY_UNITS);
        LittleEndian.putU8(data, IdentifyController.SQES, IdentifyController.SQES_NVM);
        LittleEndian.putU8(data, IdentifyController.CQES, IdentifyController.CQES_NVM);
        LittleEndian.putU32(data, IdentifyController.NN, NvmSubsystem.MAXIMUM_NAMESPACES);
        LittleEndian.putU32(data, IdentifyController.MNAN, NvmSubsystem.MAXIMUM_NAMESPACES);
        LittleEndian.putU16(
                data,
                IdentifyController.OACS,
                IdentifyController.OACS_FORMAT
                        | IdentifyController.OACS_NAMESPACE_MANAGEMENT
                        | (options.shadowDoorbells() ? IdentifyController.OACS_DOORBELL_BUFFER_CONFIG : 0));
        LittleEndian.putU64(
                data, IdentifyController.TNVMCAP, controller.subsystem().totalBytes());
        LittleEndian.putU64(
                data, IdentifyController.UNVMCAP, controller.subsystem().unallocatedBytes());
        LittleEndian.putU16(
                data,
                IdentifyController.ONCS,
                IdentifyController.ONCS_COMPARE
                        | IdentifyController.ONCS_DATASET_MANAGEMENT
                        | IdentifyController.ONCS_WRITE_ZEROES
                        | IdentifyController.ONCS_VERIFY
                        | IdentifyController.ONCS_FEATURES_SAVE_AND_SELECT
                        | IdentifyController.ONCS_TIMESTAMP);
        LittleEndian.putU16(data, IdentifyController.FUSES, IdentifyController.FUSES_COMPARE_AND_WRITE);
        LittleEndian.putU8(
                data,
                IdentifyController.VWC,
                IdentifyController.VWC_FLUSH_ALL
                        | (controller.hasVolatileCache() ? IdentifyController.VWC_PRESENT : 0));
        // One block: the back ends promise no more across the boundaries that their namespaces announce (NVM Command
        // Set 1.1, section 2.1.4.3).
        LittleEndian.putU16(data, IdentifyController.AWUN, 0);
        LittleEndian.putU16(data, IdentifyController.AWUPF, 0);
        LittleEndian.putU16(data, IdentifyController.ACWU, FusedCommands.BLOCKS - 1);
        LittleEndian.putU32(
                data,
                IdentifyController.SGLS,
                IdentifyController.SGLS_BYTE_GRANULAR
                        | IdentifyController.SGLS_BIT_BUCKET
                        | IdentifyController.SGLS_LONGER_THAN_DATA);
        MemorySegment name = data.asSlice(IdentifyController.SUBNQN, IdentifyController.SUBNQN_LENGTH);
        name.setString(0, subsystem.name());
        new PowerState(MAXIMUM_CENTIWATTS, 0, 0).write(data, IdentifyController.PSD0);
    }

    /** The I/O command set specific structure: no limits but that Verify takes no more than a transfer. */
    static int nvmController(MemorySegment data, AdminRequest request, AdminContext controller) {
        LittleEndian.putU8(data, IdentifyControllerNvm.VSL, controller.options().transferShift());
        LittleEndian.putU32(data, IdentifyControllerNvm.VER, SpecVersion.NVM_V1_1);
        return CommandStatus.SUCCESS;
    }
}
