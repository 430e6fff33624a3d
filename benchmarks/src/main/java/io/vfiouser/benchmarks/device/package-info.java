/**
 * The whole device in one thread: the benchmark plays the host, from the submission entry it writes and the doorbell it rings to the completion
 * it reads, and steps the poller between them. No socket, no second thread, so what is measured is the processor time of both sides'
 * work per command: less than the host alone can see over two processors, where the sides overlap.
 *
 * <p><b>Reading the figures.</b> Nanoseconds per command include the host's part, some 15 ns: {@code DeviceCommand} with the null back end
 * shows everything but the medium. Allocation is per command as well ({@code -prof gc}, {@code gc.alloc.rate.norm}), and has to be 0; what
 * JMH itself allocates per iteration shows as some thousandths of a byte.
 *
 * <p>Figures of different parameters are comparable within one run on a machine that does nothing else. Three forks are the least to
 * publish, since each compiles anew.
 */
@NullMarked
package io.vfiouser.benchmarks.device;

import org.jspecify.annotations.NullMarked;
