/**
 * What {@code nvme-vfu migrate} and {@code receive} do behind their options: the run, move by move, and its report for people, programs and
 * browsers. Knows the host driver and the mover, not the command line; the report knows neither.
 */
@NullMarked
package io.vfiouser.nvme.cli.migrate;

import org.jspecify.annotations.NullMarked;
