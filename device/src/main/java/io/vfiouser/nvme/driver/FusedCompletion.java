package io.vfiouser.nvme.driver;

/** How the two commands of a fused operation ended. Base 2.1, section 3.4.2. */
public record FusedCompletion(NvmeCompletion first, NvmeCompletion second) {}
