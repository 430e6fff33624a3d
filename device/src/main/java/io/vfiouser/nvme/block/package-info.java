/**
 * What a namespace stores its blocks in: the {@link io.vfiouser.nvme.block.BlockDevice} interface for back ends, and the RAM, file and
 * null ones. Knows nothing of NVMe, of queues or of guest addresses.
 *
 * <h2>Architecture</h2>
 *
 * A device has one owner, who activates and releases it, and one {@link io.vfiouser.nvme.block.BlockChannel} per poller thread. The
 * poller makes {@link io.vfiouser.nvme.block.BlockRequest}s once and uses them again and again; each names memory by a {@link
 * io.vfiouser.nvme.block.SegmentList} that the back end reads and writes in place. Completions arrive on the poller's thread, inside
 * {@code submit} or {@code poll}. A poller that sleeps gives a {@link io.vfiouser.nvme.block.Waker}.
 *
 * <p>To write a back end that completes at once, check the request ({@link io.vfiouser.nvme.block.BlockRequest#check}), do the work, and
 * complete it in {@code submit}. One that takes time hands the request to threads of its own, which may read it, and collects the results in
 * {@code poll}. Its capabilities say which of the two it is.
 *
 * <p>A {@link io.vfiouser.nvme.block.BlockDevicePool} makes and deletes devices while a controller runs.
 *
 * <h2>What it doesn't implement</h2>
 *
 * Image formats other than raw; asynchronous or direct I/O of the kernel (the file device uses its page cache and blocking calls on worker
 * threads); changes of more than aligned 4096 bytes at once; metadata and protection information.
 */
@NullMarked
package io.vfiouser.nvme.block;

import org.jspecify.annotations.NullMarked;
