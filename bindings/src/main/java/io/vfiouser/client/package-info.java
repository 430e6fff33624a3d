/**
 * A vfio-user client that needs no native library but libc: the wire protocol over a UNIX socket with descriptor passing.
 * It knows nothing of the server side of this project, of libvfio-user, or of any particular device.
 */
@NullMarked
package io.vfiouser.client;

import org.jspecify.annotations.NullMarked;
