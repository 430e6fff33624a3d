package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Get Features. Base 2.1, section 5.1.11. Nothing is saveable, so the saved value is the default (section 4.4). */
final class GetFeaturesCommand implements AdminCommandHandler {
    private static final int NAMESPACE_SPECIFIC = 1 << 1;
    private static final int CHANGEABLE = 1 << 2;
    private static final int TIMESTAMP_BYTES = 8;
    private static final int TIMESTAMP_ATTRIBUTES = 6;
    private static final int TIMESTAMP_SET_BY_HOST = 1 << 1;
    private static final long TIMESTAMP_MASK = 0xFFFF_FFFF_FFFFL;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int feature = request.cdw10() & 0xFF;
        int select = request.cdw10() >>> 8 & 0x7;
        if (!Features.supported(feature)
                || (feature == FeatureId.VOLATILE_WRITE_CACHE && !controller.hasVolatileCache())) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        int refused = FeatureScope.check(feature, request, controller, true);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        return switch (select) {
            case FeatureId.SELECT_CURRENT -> current(feature, request, controller);
            case FeatureId.SELECT_DEFAULT, FeatureId.SELECT_SAVED -> defaults(feature, request, controller);
            case FeatureId.SELECT_SUPPORTED -> {
                request.result((Features.changeable(feature) ? CHANGEABLE : 0)
                        | (Features.namespaceSpecific(feature) ? NAMESPACE_SPECIFIC : 0));
                yield CommandStatus.SUCCESS;
            }
            default -> CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10 + 1);
        };
    }

    private static int current(int feature, AdminRequest request, AdminContext controller) {
        Features features = controller.features();
        switch (feature) {
            case FeatureId.NUMBER_OF_QUEUES -> request.result(queues(controller));
            case FeatureId.TEMPERATURE_THRESHOLD -> {
                int selected = TemperatureThreshold.check(request.cdw11(), false);
                if (selected != CommandStatus.SUCCESS) {
                    return selected;
                }
                request.result(features.temperatureThreshold(TemperatureThreshold.under(request.cdw11())));
            }
            case FeatureId.INTERRUPT_VECTOR_CONFIGURATION -> {
                int vector = request.cdw11() & 0xFFFF;
                if (vector >= controller.options().interruptVectors()) {
                    return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
                }
                request.result(vector | (features.coalescingDisabled(vector) ? 1 << 16 : 0));
            }
            case FeatureId.TIMESTAMP -> {
                return timestamp(
                        request, controller, features.timestamp(controller.nowMillis()), features.timestampSet());
            }
            default -> request.result(features.value(feature));
        }
        return CommandStatus.SUCCESS;
    }

    private static int defaults(int feature, AdminRequest request, AdminContext controller) {
        switch (feature) {
            case FeatureId.NUMBER_OF_QUEUES -> request.result(queues(controller));
            case FeatureId.TEMPERATURE_THRESHOLD ->
                request.result(TemperatureThreshold.under(request.cdw11()) ? 0 : Health.WARNING_KELVIN);
            case FeatureId.INTERRUPT_VECTOR_CONFIGURATION -> request.result(request.cdw11() & 0xFFFF);
            case FeatureId.TIMESTAMP -> {
                return timestamp(request, controller, 0, false);
            }
            default -> request.result(Features.defaultValue(feature));
        }
        return CommandStatus.SUCCESS;
    }

    /** All queues that there are, whatever the host asked for: NCQA and NSQA, 0's based. */
    static int queues(AdminContext controller) {
        int last = controller.options().queuePairs() - 1;
        return last | last << 16;
    }

    private static int timestamp(AdminRequest request, AdminContext controller, long millis, boolean byHost) {
        MemorySegment data = controller.scratchPage();
        LittleEndian.putU64(data, 0, millis & TIMESTAMP_MASK);
        LittleEndian.putU8(data, TIMESTAMP_ATTRIBUTES, byHost ? TIMESTAMP_SET_BY_HOST : 0);
        return request.toHost(data, TIMESTAMP_BYTES);
    }
}
