package io.vfiouser.nvme.migration;

/**
 * The controller properties. Base 2.1, section 3.1.4.
 *
 * @param configuration CC
 * @param ready CSTS.RDY
 * @param fatal CSTS.CFS
 * @param shutdownComplete CSTS.SHST says that shutdown processing is complete; while it is under way nothing is saved
 * @param subsystemResetOccurred CSTS.NSSRO
 * @param adminQueueAttributes AQA
 * @param adminSubmissionBase ASQ
 * @param adminCompletionBase ACQ
 * @param interruptMask what INTMS and INTMC have left
 */
public record RegisterState(
        int configuration,
        boolean ready,
        boolean fatal,
        boolean shutdownComplete,
        boolean subsystemResetOccurred,
        int adminQueueAttributes,
        long adminSubmissionBase,
        long adminCompletionBase,
        int interruptMask) {}
