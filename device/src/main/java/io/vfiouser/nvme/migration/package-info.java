/**
 * What moves when a controller moves: its state as plain data, the namespaces' content, and the stream that carries both. Knows nothing of
 * queues that work, of sockets, or of the native library.
 *
 * <h2>Architecture</h2>
 *
 * {@link io.vfiouser.nvme.migration.ControllerState} and the records it is made of are what a controller saves and restores.
 * {@link io.vfiouser.nvme.migration.Frame}s are what the stream consists of: first a header, then, if data is to be copied, the
 * namespaces and their blocks, pass by pass, then the controller's state, then the end. {@link io.vfiouser.nvme.migration.StreamWriter}
 * makes bytes of them and {@link io.vfiouser.nvme.migration.StreamReader} makes them of bytes;
 * {@link io.vfiouser.nvme.migration.StreamFormat} and {@link io.vfiouser.nvme.migration.StateCodec} say how the bytes are laid out, and what
 * later versions may add.
 */
@NullMarked
package io.vfiouser.nvme.migration;

import org.jspecify.annotations.NullMarked;
