/**
 * What a controller's state costs to save, to encode, to decode and to restore, by its number of queues. How long a guest stands still is
 * measured over the socket, by the side-by-side runners and {@code nvme-vfu migrate}.
 */
@NullMarked
package io.vfiouser.benchmarks.migration;

import org.jspecify.annotations.NullMarked;
