/**
 * What {@code nvme-vfu identify} shows: the fields of the structures as tables, in the order, under the names and in the formats of
 * {@code nvme id-ctrl -H}, {@code id-ns -H}, {@code smart-log} and {@code list-subsys}, and under the keys of their JSON.
 *
 * <p>Everything that is shown comes from a server that may be hostile: no value fails, text is escaped ({@link
 * io.vfiouser.nvme.cli.identify.Printable}), numbers are unsigned. Knows the host driver and the wire formats, not the command
 * line.
 */
@NullMarked
package io.vfiouser.nvme.cli.identify;

import org.jspecify.annotations.NullMarked;
