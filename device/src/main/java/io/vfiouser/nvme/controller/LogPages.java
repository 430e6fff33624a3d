package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureEffects;
import io.vfiouser.nvme.spec.FirmwareSlotLog;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.spec.SupportedLogPages;
import java.lang.foreign.MemorySegment;

/** The content of the log pages. Base 2.1, section 5.1.12.1. The data starts zeroed. */
final class LogPages {
    private static final int DESCRIPTORS = 256;
    private static final int FULL_PERCENT = 100;
    private static final int SPARE_THRESHOLD_PERCENT = 10;
    private static final int FIRMWARE_SLOT_1 = 1;

    private LogPages() {}

    /** Bytes of a page, 0 for one that is not supported; at most 4096. */
    static int length(int logPage) {
        return switch (logPage) {
            case LogPageId.SUPPORTED_LOG_PAGES -> SupportedLogPages.LENGTH_BYTES;
            case LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS -> FeatureEffects.LENGTH_BYTES;
            case LogPageId.ERROR_INFORMATION -> ErrorLog.ENTRIES * ErrorLogEntry.LENGTH_BYTES;
            case LogPageId.SMART_HEALTH -> SmartLog.LENGTH_BYTES;
            case LogPageId.FIRMWARE_SLOT -> FirmwareSlotLog.LENGTH_BYTES;
            case LogPageId.CHANGED_NAMESPACES -> NamespaceList.LENGTH_BYTES;
            case LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS -> CommandEffectsLog.LENGTH_BYTES;
            default -> 0;
        };
    }

    static void fill(int logPage, MemorySegment data, AdminContext controller) {
        switch (logPage) {
            case LogPageId.SUPPORTED_LOG_PAGES -> supportedLogPages(data);
            case LogPageId.ERROR_INFORMATION -> errorInformation(data, controller);
            case LogPageId.SMART_HEALTH -> smartHealth(new SmartLog(data), controller);
            case LogPageId.FIRMWARE_SLOT -> firmwareSlot(data, controller);
            case LogPageId.CHANGED_NAMESPACES -> changedNamespaces(data, controller);
            case LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS -> commandEffects(data, controller);
            case LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS -> featureEffects(data, controller);
            default -> throw new IllegalArgumentException("log page " + logPage);
        }
    }

    private static void supportedLogPages(MemorySegment data) {
        for (int i = 0; i < DESCRIPTORS; i++) {
            LittleEndian.putU32(data, SupportedLogPages.of(i), length(i) > 0 ? SupportedLogPages.LSUPP : 0);
        }
    }

    private static void errorInformation(MemorySegment data, AdminContext controller) {
        long offset = 0;
        for (ErrorLogEntry entry : controller.errorLog().entries()) {
            entry.write(data, offset);
            offset += ErrorLogEntry.LENGTH_BYTES;
        }
    }

    private static void smartHealth(SmartLog smart, AdminContext controller) {
        MemorySegment data = smart.segment();
        LittleEndian.putU8(data, SmartLog.CRITICAL_WARNING, controller.criticalWarning());
        LittleEndian.putU16(data, SmartLog.COMPOSITE_TEMPERATURE, Health.TEMPERATURE_KELVIN);
        LittleEndian.putU8(data, SmartLog.AVAILABLE_SPARE, FULL_PERCENT);
        LittleEndian.putU8(data, SmartLog.AVAILABLE_SPARE_THRESHOLD, SPARE_THRESHOLD_PERCENT);
        LifeCounters life = controller.life();
        IoTotals totals = life.totals();
        smart.putCounter(SmartLog.DATA_UNITS_READ, Math.ceilDiv(totals.readBytes(), SmartLog.DATA_UNIT_BYTES));
        smart.putCounter(SmartLog.DATA_UNITS_WRITTEN, Math.ceilDiv(totals.writeBytes(), SmartLog.DATA_UNIT_BYTES));
        smart.putCounter(SmartLog.HOST_READ_COMMANDS, totals.readCommands());
        smart.putCounter(SmartLog.HOST_WRITE_COMMANDS, totals.writeCommands());
        smart.putCounter(SmartLog.CONTROLLER_BUSY_TIME, life.busyMinutes());
        smart.putCounter(SmartLog.POWER_CYCLES, controller.health().powerCycles());
        smart.putCounter(SmartLog.POWER_ON_HOURS, life.powerOnHours());
        smart.putCounter(SmartLog.UNSAFE_SHUTDOWNS, controller.health().unsafeShutdowns());
        smart.putCounter(SmartLog.MEDIA_ERRORS, totals.mediaErrors());
        smart.putCounter(SmartLog.ERROR_LOG_ENTRIES, controller.errorLog().count());
    }

    private static void firmwareSlot(MemorySegment data, AdminContext controller) {
        LittleEndian.putU8(data, FirmwareSlotLog.AFI, FIRMWARE_SLOT_1);
        LittleEndian.putAscii(
                data, FirmwareSlotLog.FRS1, 8, controller.subsystem().identity().firmware());
    }

    private static void changedNamespaces(MemorySegment data, AdminContext controller) {
        if (controller.changedNamespaces().size() > NamespaceList.MAXIMUM_ENTRIES) {
            NamespaceList.put(data, 0, SubmissionEntry.NSID_ALL);
            return;
        }
        int index = 0;
        for (int nsid : controller.changedNamespaces()) {
            NamespaceList.put(data, index++, nsid);
        }
    }

    private static void commandEffects(MemorySegment data, AdminContext controller) {
        for (int opcode = 0; opcode < DESCRIPTORS; opcode++) {
            LittleEndian.putU32(data, CommandEffectsLog.admin(opcode), AdminCommands.effects(opcode, controller));
            LittleEndian.putU32(data, CommandEffectsLog.io(opcode), IoCommands.effects(opcode));
        }
    }

    private static void featureEffects(MemorySegment data, AdminContext controller) {
        for (Feature feature : FeatureTable.all()) {
            if (feature.supported(controller)) {
                LittleEndian.putU32(data, FeatureEffects.of(feature.id()), feature.effects());
            }
        }
    }
}
