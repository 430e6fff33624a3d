/**
 * Guest memory as the device sees it: the table of DMA regions, and the walks through PRPs and SGLs. Knows neither queues nor commands.
 */
@NullMarked
package io.vfiouser.nvme.memory;

import org.jspecify.annotations.NullMarked;
