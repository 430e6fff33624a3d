package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** Get Features. Base 2.1, section 5.1.11. What a feature is, its own class knows: see {@link FeatureTable}. */
final class GetFeaturesCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int cdw10 = request.cdw10();
        int select = cdw10 >>> 8 & 0x7;
        Feature feature = FeatureTable.find(cdw10 & 0xFF, controller);
        if (feature == null) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        if (select > FeatureId.SELECT_SUPPORTED) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10 + 1);
        }
        int refused = FeatureScope.check(feature, request, controller, true);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        if (select == FeatureId.SELECT_SUPPORTED) {
            request.result(capabilities(feature));
            return CommandStatus.SUCCESS;
        }
        return value(feature, select, request, controller);
    }

    private static int capabilities(Feature feature) {
        return FeatureId.CAPABILITY_CHANGEABLE
                | (feature.saveable() ? FeatureId.CAPABILITY_SAVEABLE : 0)
                | (feature.namespaceSpecific() ? FeatureId.CAPABILITY_NAMESPACE_SPECIFIC : 0);
    }

    private static int value(Feature feature, int select, AdminRequest request, AdminContext controller) {
        int cdw11 = request.cdw11();
        int refused = feature.checkPart(cdw11, false, controller);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        int part = feature.part(cdw11);
        FeatureValue value = switch (select) {
            case FeatureId.SELECT_CURRENT ->
                feature.shown(controller.features().current(feature, part, request.namespaceId()), controller);
            case FeatureId.SELECT_SAVED -> controller.features().savedOrDefault(feature, part, request.namespaceId());
            default -> feature.defaultValue(part, controller);
        };
        int dataBytes = feature.dataBytes(cdw11);
        if (dataBytes > 0) {
            return request.toHost(value.bytes(), dataBytes);
        }
        request.result(value.dword());
        return CommandStatus.SUCCESS;
    }
}
