package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;

/**
 * A namespace as hosts know it.
 *
 * @param id NSID
 * @param identity EUI64, NGUID and UUID
 * @param blockCount capacity in logical blocks
 * @param blockBytes bytes of a logical block: its present format
 * @param shared NMIC: several controllers may have it
 * @param fromPool whether a host has created it
 * @param attached whether the controller has it
 * @param readOnly whether changes are refused
 * @param volatileCache whether it counts for VWC
 * @param deallocatedReads what deallocated blocks read as
 * @param atomicBlocks logical blocks behind NAWUN, as a count
 */
public record NamespaceState(
        int id,
        BlockIdentity identity,
        long blockCount,
        int blockBytes,
        boolean shared,
        boolean fromPool,
        boolean attached,
        boolean readOnly,
        boolean volatileCache,
        DeallocatedReads deallocatedReads,
        int atomicBlocks) {}
