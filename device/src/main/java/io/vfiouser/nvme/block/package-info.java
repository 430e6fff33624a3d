/**
 * What a namespace stores its blocks in: the {@code BlockDevice} interface for back ends, and the RAM, file and null ones.
 * Knows nothing of NVMe, of queues or of guest addresses.
 */
@NullMarked
package io.vfiouser.nvme.block;

import org.jspecify.annotations.NullMarked;
