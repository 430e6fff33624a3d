package io.vfiouser.nvme.endurance;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import java.nio.file.Path;
import java.time.Duration;

/** A client that attaches, works, and waits to be killed. */
public final class VictimClient {
    private VictimClient() {}

    /** Takes the socket's path. */
    public static void main(String[] arguments) {
        System.out.println("started");
        DriverOptions options = DriverOptions.defaults().withQueues(2).withDepth(16);
        try (NvmeDriver driver = NvmeDriver.connect(Path.of(arguments[0]), options)) {
            System.out.println("attached");
            VerifySettings settings =
                    VerifySettings.of(4096, Duration.ofMinutes(1)).withSpanBytes(8 << 20);
            VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings, (done, total) -> {});
        }
    }
}
