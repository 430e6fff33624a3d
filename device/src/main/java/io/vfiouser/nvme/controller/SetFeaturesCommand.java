package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Set Features. Base 2.1, section 5.1.25; NVM Command Set 1.1, section 4.1.3. */
final class SetFeaturesCommand implements AdminCommandHandler {
    private static final int POWER_STATE_MASK = 0x1F;
    private static final int DEALLOCATED_ERROR_ENABLE = 1 << 16;
    private static final int QUEUES_RESERVED = 0xFFFF;
    private static final int TIMESTAMP_BYTES = 8;
    private static final long TIMESTAMP_MASK = 0xFFFF_FFFF_FFFFL;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int feature = request.cdw10() & 0xFF;
        int value = request.cdw11();
        if (!Features.supported(feature)
                || (feature == FeatureId.VOLATILE_WRITE_CACHE && !controller.hasVolatileCache())) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        if ((request.cdw10() & AdminCommand.FEATURE_SAVE) != 0) {
            return CommandStatus.of(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE, SubmissionEntry.CDW10 + 3, 7);
        }
        int refused = FeatureScope.check(feature, request, controller, false);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        return switch (feature) {
            case FeatureId.POWER_MANAGEMENT ->
                (value & POWER_STATE_MASK) == 0 ? keep(feature, value, controller) : invalid();
            case FeatureId.TEMPERATURE_THRESHOLD -> temperature(value, controller);
            case FeatureId.ERROR_RECOVERY ->
                (value & DEALLOCATED_ERROR_ENABLE) == 0
                        ? keep(feature, value & 0xFFFF, controller)
                        : CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2);
            case FeatureId.VOLATILE_WRITE_CACHE -> controller.writeCache((value & 1) != 0);
            case FeatureId.NUMBER_OF_QUEUES -> queues(request, controller);
            case FeatureId.INTERRUPT_COALESCING -> keep(feature, value & 0xFFFF, controller);
            case FeatureId.INTERRUPT_VECTOR_CONFIGURATION -> vector(value, controller);
            case FeatureId.WRITE_ATOMICITY_NORMAL -> keep(feature, value & 1, controller);
            case FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION -> {
                int kept = keep(feature, value, controller);
                warnOfTemperature(controller);
                yield kept;
            }
            case FeatureId.TIMESTAMP -> timestamp(request, controller);
            default -> keep(feature, value, controller);
        };
    }

    private static int keep(int feature, int value, AdminContext controller) {
        controller.features().value(feature, value);
        return CommandStatus.SUCCESS;
    }

    private static int invalid() {
        return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
    }

    private static int temperature(int value, AdminContext controller) {
        int selected = TemperatureThreshold.check(value, true);
        if (selected != CommandStatus.SUCCESS) {
            return selected;
        }
        controller
                .features()
                .temperatureThreshold(TemperatureThreshold.under(value), TemperatureThreshold.kelvin(value));
        warnOfTemperature(controller);
        return CommandStatus.SUCCESS;
    }

    private static void warnOfTemperature(AdminContext controller) {
        if (controller.features().criticalWarning() != 0) {
            controller.raise(AsynchronousEvent.TEMPERATURE_THRESHOLD);
        }
    }

    private static int queues(AdminRequest request, AdminContext controller) {
        int value = request.cdw11();
        if ((value & 0xFFFF) == QUEUES_RESERVED || value >>> 16 == QUEUES_RESERVED) {
            return invalid();
        }
        if (controller.ioQueues().any()) {
            return CommandStatus.of(StatusCode.COMMAND_SEQUENCE_ERROR);
        }
        request.result(GetFeaturesCommand.queues(controller));
        return CommandStatus.SUCCESS;
    }

    private static int vector(int value, AdminContext controller) {
        int vector = value & 0xFFFF;
        if (vector >= controller.options().interruptVectors()) {
            return invalid();
        }
        controller.features().coalescingDisabled(vector, (value & 1 << 16) != 0);
        return CommandStatus.SUCCESS;
    }

    private static int timestamp(AdminRequest request, AdminContext controller) {
        MemorySegment data = controller.scratchPage().asSlice(0, TIMESTAMP_BYTES);
        int status = request.fromHost(data);
        if (status == CommandStatus.SUCCESS) {
            long millis = LittleEndian.i64(data, 0) & TIMESTAMP_MASK;
            controller.features().timestamp(millis, controller.nowMillis(), true);
        }
        return status;
    }
}
