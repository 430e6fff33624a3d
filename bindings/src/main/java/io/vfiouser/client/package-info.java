/**
 * A vfio-user client that needs no native library but libc: the wire protocol over a UNIX socket with descriptor passing.
 * It knows nothing of the server side of this project, of libvfio-user, or of any particular device.
 *
 * <h2>Architecture</h2>
 *
 * <p>{@link io.vfiouser.client.VfioUserClient} is what users see; it delegates to one small class per topic. Below them a
 * connection pairs requests with replies and serves the commands that the server sends in between; below that a message
 * stream cuts one socket into messages. Where fields lie is in the package {@code wire}.
 *
 * <h2>Decisions</h2>
 *
 * <ul>
 *   <li>One thread at a time, and one request at a time: servers handle them in order anyway, and libvfio-user takes a command
 *       that crosses one of its own for an answer. A second socket for the server's commands is asked for, which avoids that.
 *   <li>Whatever breaks the framing of messages closes the connection, a timeout too: the answer would be taken for that to
 *       the next request. A command that the server refuses does not.
 *   <li>Messages sent are at most 32 KiB long, so that they arrive in one piece; long writes are split. Messages received may
 *       be as long as {@link io.vfiouser.client.ClientOptions#maxDataTransferBytes()} says.
 *   <li>Replies may be longer than what they hold (libvfio-user pads some); never shorter.
 *   <li>Descriptors that nobody expected are closed, and the server is at fault.
 *   <li>Protocol 0.1 (registers for migration, a command for dirty pages) and 0.2 (device features) are told apart by the
 *       minor version the server answers with.
 * </ul>
 *
 * <h2>What it doesn't implement</h2>
 *
 * <p>{@code VFIO_USER_REGION_WRITE_MULTI}, reports with an unmapping ({@code VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP}) and
 * unmapping everything at once, which not all library versions know; more than one outstanding request; file I/O mode of DMA
 * regions.
 */
@NullMarked
package io.vfiouser.client;

import org.jspecify.annotations.NullMarked;
