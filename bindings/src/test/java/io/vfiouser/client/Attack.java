package io.vfiouser.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.ScriptedServer.Script;
import io.vfiouser.os.OpenFds;
import java.time.Duration;
import java.util.Map;

/**
 * One way for a server to misbehave, and how the client has to put it.
 *
 * @param script what the server does
 * @param request what the client asks
 * @param type what it has to throw
 * @param says what its message has to contain
 */
record Attack(String name, Script script, Request request, Class<? extends VfioUserException> type, String says) {
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final Duration LATEST = TIMEOUT.plusSeconds(5);
    private static final ClientOptions OPTIONS = ClientOptions.defaults().withTimeout(TIMEOUT);

    interface Request {
        void run(VfioUserClient client);
    }

    interface Answer {
        void to(ScriptedServer server, Message request) throws Exception;
    }

    /** Whatever the server does is reported in time and leaves nothing open. */
    void assertReported() {
        Map<Integer, String> before = OpenFds.now();
        long start = System.nanoTime();
        Throwable thrown;
        try (ScriptedServer server = new ScriptedServer(script)) {
            thrown = catchThrowable(() -> {
                try (VfioUserClient client = server.connect(OPTIONS)) {
                    request.run(client);
                }
            });
        }
        assertThat(thrown).isInstanceOf(type).hasMessageContaining(says);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LATEST);
        assertThat(OpenFds.newSince(before)).isEmpty();
    }

    static Script replyScript(Answer answer) {
        return server -> {
            server.negotiate();
            answer.to(server, server.receive());
            server.awaitClientGone();
        };
    }

    static Attack answers(String name, String says, Request request, Payload... payloads) {
        Script script = server -> {
            server.negotiate();
            for (Payload payload : payloads) {
                server.reply(server.receive(), payload.bytes());
            }
            server.awaitClientGone();
        };
        return new Attack(name, script, request, VfioUserException.class, says);
    }

    static Payload info(long argumentBytes, int flags, int index, long capabilities, long length, long offset) {
        return new Payload()
                .u32(argumentBytes)
                .u32(flags)
                .u32(index)
                .u32(capabilities)
                .u64(length)
                .u64(offset);
    }

    @Override
    public String toString() {
        return name;
    }
}
