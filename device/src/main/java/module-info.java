/** An NVMe controller over vfio-user, its back ends, a host-side driver, and the {@code nvme-vfu} command line. */
module io.vfiouser.nvme {
    requires transitive io.vfiouser;
    requires org.slf4j;
    requires static org.jspecify;
    requires static info.picocli;
    requires static me.tongfei.progressbar;
    requires static HdrHistogram;

    exports io.vfiouser.nvme;
    exports io.vfiouser.nvme.block;
    exports io.vfiouser.nvme.driver;
    exports io.vfiouser.nvme.migration;
    exports io.vfiouser.nvme.spec;
    exports io.vfiouser.nvme.subsystem;

    // picocli sets options by reflection
    opens io.vfiouser.nvme.cli to
            info.picocli;
}
