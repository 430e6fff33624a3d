/**
 * An NVMe disk served over vfio-user: what an embedding program uses. Everything below is found through {@code NvmeDevice}.
 */
@NullMarked
package io.vfiouser.nvme;

import org.jspecify.annotations.NullMarked;
