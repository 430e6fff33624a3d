/**
 * The server API over libvfio-user: a device described by callbacks, served to one client at a time over a UNIX socket.
 * Knows no device class; an NVMe controller is one user of many.
 */
@NullMarked
package io.vfiouser.server;

import org.jspecify.annotations.NullMarked;
