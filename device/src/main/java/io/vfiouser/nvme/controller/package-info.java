/**
 * The NVMe controller: registers, queues, admin and I/O commands. Steppable by hand, without a native library or a thread.
 */
@NullMarked
package io.vfiouser.nvme.controller;

import org.jspecify.annotations.NullMarked;
