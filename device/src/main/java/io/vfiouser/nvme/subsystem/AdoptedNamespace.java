package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockIdentity;

/**
 * A namespace as a host knows it from another subsystem.
 *
 * @param id NSID
 * @param identity EUI64, NGUID and UUID
 * @param formatIndex index of its LBA format
 * @param attached whether the controller that moves has it
 */
public record AdoptedNamespace(int id, BlockIdentity identity, int formatIndex, boolean attached) {}
