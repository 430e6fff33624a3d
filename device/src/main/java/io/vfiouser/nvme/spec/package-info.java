/**
 * The wire formats of NVM Express: one class for each structure, offsets as the specifications number them. Knows nobody.
 */
@NullMarked
package io.vfiouser.nvme.spec;

import org.jspecify.annotations.NullMarked;
