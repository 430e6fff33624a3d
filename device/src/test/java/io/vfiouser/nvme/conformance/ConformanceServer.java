package io.vfiouser.nvme.conformance;

import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The process that serves the controller whose commands are tested, with each {@link TestedNamespace}. */
final class ConformanceServer {
    /** Room for namespaces that tests create, and delete again. */
    static final long POOL_BYTES = 64 << 20;

    private ConformanceServer() {}

    /** The suite's server, started by the first who asks. */
    static SharedServer of(ExtensionContext context) {
        return SharedServer.of(
                context,
                "conformance",
                folder -> List.of(
                        "--ram",
                        Long.toString(TestedNamespace.RAM.lengthBytes()),
                        "--file",
                        SharedServer.image(folder, TestedNamespace.FILE.lengthBytes())
                                .toString(),
                        "--null",
                        Long.toString(TestedNamespace.NULL.lengthBytes()),
                        "--pool-ram",
                        Long.toString(POOL_BYTES)));
    }
}
