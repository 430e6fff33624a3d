/**
 * The {@code nvme-vfu} command line. Nothing here is public API.
 */
@NullMarked
package io.vfiouser.nvme.cli;

import org.jspecify.annotations.NullMarked;
