/**
 * What the operating system gives and the JDK does not: memfds, eventfds, shared mappings, descriptors passed over UNIX
 * sockets, poll, open-file-description locks. Knows neither vfio-user nor any device.
 */
@NullMarked
package io.vfiouser.os;

import org.jspecify.annotations.NullMarked;
