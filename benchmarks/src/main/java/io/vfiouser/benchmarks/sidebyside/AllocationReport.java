package io.vfiouser.benchmarks.sidebyside;

import com.sun.management.ThreadMXBean;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.NvmeDeviceBuilder;
import io.vfiouser.nvme.PollMode;
import io.vfiouser.nvme.block.RamBlockDevice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A server that tells what its threads have allocated: the device as anybody embeds it, with RAM behind it, polling all the time. For each
 * line of standard input it prints the bytes that each thread has allocated since it started, as one line of JSON; it ends with its input.
 *
 * <p>Arguments: socket or its folder, bytes of the namespace, {@code serving} or {@code incoming}.
 */
final class AllocationReport {

    /** How the threads that move data are called. */
    static final String POLLER = "nvme-poller-";

    private AllocationReport() {}

    public static void main(String[] arguments) throws IOException {
        NvmeDeviceBuilder builder = NvmeDevice.builder()
                .socket(Path.of(arguments[0]))
                .namespace(RamBlockDevice.ofSize(Long.parseLong(arguments[1])))
                .poll(PollMode.BUSY)
                .incoming(arguments[2].equals("incoming"));
        try (NvmeDevice device = builder.start();
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("listening on " + device.socket());
            while (questions.readLine() != null) {
                System.out.println(Json.write(allocatedBytes()));
            }
        }
    }

    private static Map<String, Long> allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Map<String, Long> bytes = new TreeMap<>();
        for (ThreadInfo thread : threads.dumpAllThreads(false, false)) {
            bytes.merge(thread.getThreadName(), threads.getThreadAllocatedBytes(thread.getThreadId()), Long::sum);
        }
        return bytes;
    }
}
