package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Set Features. Base 2.1, section 5.1.25; NVM Command Set 1.1, section 4.1.3. What a feature is, its own class knows: see {@link
 * FeatureTable}. A value that is to be saved becomes the current one once it is saved.
 */
final class SetFeaturesCommand implements AdminCommandHandler {
    private static final int SAVE_BYTE = SubmissionEntry.CDW10 + 3;
    private static final int SAVE_BIT = 7;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int cdw10 = request.cdw10();
        int cdw11 = request.cdw11();
        boolean save = (cdw10 & AdminCommand.FEATURE_SAVE) != 0;
        Feature feature = FeatureTable.find(cdw10 & 0xFF, controller);
        if (feature == null) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        if (save && !feature.saveable()) {
            return CommandStatus.of(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE, SAVE_BYTE, SAVE_BIT);
        }
        int refused = FeatureScope.check(feature, request, controller, false);
        if (refused == CommandStatus.SUCCESS) {
            refused = feature.checkPart(cdw11, true, controller);
        }
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        FeatureValue wanted;
        int dataBytes = feature.dataBytes(cdw11);
        if (dataBytes > 0) {
            MemorySegment data = controller.scratchPage().asSlice(0, dataBytes);
            int transferred = request.fromHost(data);
            if (transferred != CommandStatus.SUCCESS) {
                return transferred;
            }
            wanted = FeatureValue.of(data);
        } else {
            wanted = FeatureValue.of(cdw11);
        }
        refused = feature.check(wanted, controller);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        int part = feature.part(cdw11);
        FeatureValue kept = feature.kept(wanted);
        List<Integer> namespaces = FeatureScope.namespaces(feature, request, controller);
        Runnable keep = () -> controller.features().set(feature, part, namespaces, kept);
        if (!save) {
            return feature.set(request, kept, keep, controller);
        }
        return controller.defer(
                AdminContext.after(controller.features().save(feature, part, namespaces, kept), failure -> {
                    // Why it failed is in the log: it was logged where it happened.
                    return failure == null
                            ? feature.set(request, kept, keep, controller)
                            : CommandStatus.of(StatusCode.INTERNAL_ERROR);
                }));
    }
}
