package io.vfiouser.client;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.ScriptedServer.Script;
import io.vfiouser.os.Poll;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that go wrong in the first exchange. */
@Timeout(60)
class HostileNegotiationTest {
    @ParameterizedTest
    @MethodSource({"whileNegotiating"})
    void isReportedInTimeAndLeavesNothingOpen(Attack attack) {
        attack.assertReported();
    }

    static Stream<Attack> whileNegotiating() {
        return Stream.of(
                version("never answers", VfioUserTimeoutException.class, "did not answer VERSION within 400 ms", s -> {
                    s.receive();
                    s.awaitClientGone();
                }),
                version(
                        "closes at once",
                        VfioUserDisconnectedException.class,
                        "closed the connection",
                        s -> s.socket().close()),
                version("closes in the header", VfioUserDisconnectedException.class, "closed", s -> {
                    s.receive();
                    s.raw(new byte[7]);
                    s.socket().close();
                }),
                version("closes in the payload", VfioUserDisconnectedException.class, "closed", s -> {
                    Message m = s.receive();
                    s.raw(new Payload()
                            .u16(m.id())
                            .u16(1)
                            .u32(100)
                            .u32(1)
                            .u32(0)
                            .zeros(9)
                            .bytes());
                    s.socket().close();
                }),
                version("never finishes its message", VfioUserTimeoutException.class, "did not finish it", s -> {
                    Message m = s.receive();
                    s.raw(new Payload()
                            .u16(m.id())
                            .u16(1)
                            .u32(100)
                            .u32(1)
                            .u32(0)
                            .zeros(9)
                            .bytes());
                    s.awaitClientGone();
                }),
                version("dribbles bytes", VfioUserTimeoutException.class, "did not finish it", s -> {
                    Message m = s.receive();
                    s.raw(new Payload()
                            .u16(m.id())
                            .u16(1)
                            .u32(100_000)
                            .u32(1)
                            .u32(0)
                            .bytes());
                    while (!Poll.hungUp(s.socket().fd().value())) {
                        s.raw(new byte[1]);
                        Poll.awaitReadable(s.socket().fd().value(), Duration.ofMillis(5));
                    }
                }),
                badVersion(
                        "another major version",
                        "speaks protocol 1.0",
                        new Payload().u16(1).u16(0)),
                badVersion(
                        "a newer minor version",
                        "speaks protocol 0.3",
                        new Payload().u16(0).u16(3)),
                badVersion("no version at all", "payload of 2 bytes", new Payload().u16(0)),
                badJson("text that is no JSON", "not JSON", "{capabilities}"),
                badJson("JSON that ends too early", "not JSON", "{\"capabilities\":{"),
                badJson("JSON that goes on", "something follows", "{} {}"),
                badJson("a JSON array", "not a JSON object", "[1]"),
                badJson("a JSON nesting bomb", "more than 16 levels", "[".repeat(30_000)),
                badJson("a JSON width bomb", "more than 4096 values", "[" + "1,".repeat(20_000) + "1]"),
                badJson("more capabilities than anybody needs", "bytes long", " ".repeat(70_000) + "{}"),
                badJson("a name twice", "the same name twice", "{\"a\":1,\"a\":2}"),
                badJson("a capability of the wrong type", "max_msg_fds", capabilities("\"max_msg_fds\":\"8\"")),
                badJson("a negative limit", "max_msg_fds", capabilities("\"max_msg_fds\":-1")),
                badJson("a limit of zero", "max_data_xfer_size", capabilities("\"max_data_xfer_size\":0")),
                badJson(
                        "a limit no number can hold",
                        "max_data_xfer_size",
                        capabilities("\"max_data_xfer_size\":1e999")),
                badJson("capabilities of the wrong type", "capabilities is not", "{\"capabilities\":7}"),
                badJson(
                        "a twin socket that did not come",
                        "second socket",
                        capabilities("\"twin_socket\":{\"supported\":true,\"fd_index\":0}")),
                badVersion(
                        "capabilities without an end",
                        "do not end with a zero",
                        new Payload().u16(0).u16(2).text("{}")),
                badVersion(
                        "capabilities in no encoding",
                        "not JSON",
                        new Payload().u16(0).u16(2).raw((byte) 0xff, (byte) 0xfe, (byte) 0)),
                version("descriptors with its version", VfioUserException.class, "2 descriptors", s -> {
                    int fd = s.socket().fd().value();
                    s.reply(s.receive(), ScriptedServer.version("{}"), fd, fd);
                    s.awaitClientGone();
                }),
                version("a twin socket of an impossible index", VfioUserException.class, "index 9 of 1", s -> {
                    String json = capabilities("\"twin_socket\":{\"supported\":true,\"fd_index\":9}");
                    s.reply(
                            s.receive(),
                            ScriptedServer.version(json),
                            s.socket().fd().value());
                    s.awaitClientGone();
                }));
    }

    private static Attack version(String name, Class<? extends VfioUserException> type, String says, Script script) {
        return new Attack("version: " + name, script, client -> {}, type, says);
    }

    private static Attack badVersion(String name, String says, Payload payload) {
        return version(name, VfioUserException.class, says, server -> {
            server.reply(server.receive(), payload.bytes());
            server.awaitClientGone();
        });
    }

    private static Attack badJson(String name, String says, String json) {
        return version(name, VfioUserException.class, says, server -> {
            server.negotiate(json);
            server.awaitClientGone();
        });
    }

    private static String capabilities(String members) {
        return "{\"capabilities\":{" + members + "}}";
    }
}
