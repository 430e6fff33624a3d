/**
 * The messages of the vfio-user protocol: where each field lies, and JSON. Not exported.
 *
 * <p>Every class is a set of static accessors over a segment that begins where the structure begins. All numbers are in the
 * byte order of the host, as the protocol specification demands. Nothing here checks what a server sent: who reads does.
 */
@NullMarked
package io.vfiouser.client.wire;

import org.jspecify.annotations.NullMarked;
