/**
 * What a host does with a disk when it measures or doubts it: closed-loop load with latency histograms, stamped blocks that
 * prove what came back, a journal of what was flushed, a hash of a whole namespace. Knows the driver and no command line.
 */
@NullMarked
package io.vfiouser.nvme.driver.workload;

import org.jspecify.annotations.NullMarked;
