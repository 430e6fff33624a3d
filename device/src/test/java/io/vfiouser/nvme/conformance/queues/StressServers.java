package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.conformance.SharedServer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The servers of the queue tests, one for each doorbell mode; a parameter of each test. */
final class StressServers {
    private static final long FILE_BYTES = 16 << 20;

    private final ExtensionContext context;

    private StressServers(ExtensionContext context) {
        this.context = context;
    }

    /** Attaches to a server; one host at a time. */
    StressHost attach(DoorbellMode doorbells) {
        SharedServer server = server(doorbells);
        server.assertAlive();
        StressHost host = new StressHost(server.socket());
        assertThat(host.transport().doorbellsAreMapped()).isEqualTo(doorbells == DoorbellMode.MAPPED);
        return host;
    }

    private SharedServer server(DoorbellMode doorbells) {
        String mode = doorbells.name().toLowerCase(Locale.ROOT);
        return SharedServer.of(
                context,
                "queues, " + mode,
                folder -> List.of(
                        "--null",
                        "1G",
                        "--ram",
                        "16M",
                        "--file",
                        SharedServer.image(folder, FILE_BYTES).toString(),
                        "--doorbells",
                        mode));
    }

    /** Provides them. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == StressServers.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return new StressServers(context);
        }
    }
}
