/**
 * A host-side NVMe driver in user space over the vfio-user client. Knows nothing of this project's controller.
 */
@NullMarked
package io.vfiouser.nvme.driver;

import org.jspecify.annotations.NullMarked;
