/**
 * vfio-user for Java: libvfio-user bound by the Foreign Function and Memory API, an idiomatic server API over it, and a
 * client that needs no native library but libc.
 */
module io.vfiouser {
    requires org.slf4j;
    requires static org.jspecify;

    exports io.vfiouser.abi;
    exports io.vfiouser.client;
    exports io.vfiouser.mover;
    exports io.vfiouser.os;
    exports io.vfiouser.server;
}
