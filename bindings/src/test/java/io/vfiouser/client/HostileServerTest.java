package io.vfiouser.client;

import static io.vfiouser.client.wire.HeaderFormat.ERROR_FLAG;
import static io.vfiouser.client.wire.HeaderFormat.TYPE_REPLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.ScriptedServer.Script;
import io.vfiouser.client.wire.Command;
import io.vfiouser.os.Fd;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.OpenFds;
import io.vfiouser.os.Poll;
import io.vfiouser.os.PollSet;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a server does, the client reports it in time, leaks nothing and is left with a clear sentence. */
@Timeout(60)
class HostileServerTest {
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final Duration LATEST = TIMEOUT.plusSeconds(5);
    private static final ClientOptions OPTIONS = ClientOptions.defaults().withTimeout(TIMEOUT);

    interface Request {
        void run(VfioUserClient client);
    }

    /** One way to misbehave, and how the client has to put it. */
    record Attack(String name, Script script, Request request, Class<? extends VfioUserException> type, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource({"whileNegotiating", "inAnyReply", "inRegionInfo", "inOtherReplies", "withCommands"})
    void isReportedInTimeAndLeavesNothingOpen(Attack attack) {
        Map<Integer, String> before = OpenFds.now();
        long start = System.nanoTime();
        Throwable thrown;
        try (ScriptedServer server = new ScriptedServer(attack.script)) {
            thrown = catchThrowable(() -> {
                try (VfioUserClient client = server.connect(OPTIONS)) {
                    attack.request.run(client);
                }
            });
        }
        assertThat(thrown).isInstanceOf(attack.type).hasMessageContaining(attack.says);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LATEST);
        assertThat(OpenFds.newSince(before)).isEmpty();
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

    static Stream<Attack> inAnyReply() {
        return Stream.of(
                reply(
                        "another id",
                        "something else",
                        (s, m) -> s.send(m.id() + 1, m.command(), TYPE_REPLY, 0, new byte[16])),
                reply(
                        "another command",
                        "something else",
                        (s, m) -> s.send(m.id(), Command.REGION_READ, TYPE_REPLY, 0, new byte[16])),
                reply(
                        "an unknown type",
                        "neither command nor reply",
                        (s, m) -> s.send(m.id(), m.command(), 2, 0, new byte[16])),
                reply("a payload that is too short", "payload of 15 bytes", (s, m) -> s.reply(m, new byte[15])),
                reply("no payload", "payload of 0 bytes", (s, m) -> s.reply(m, new byte[0])),
                reply(
                        "a length below the header's",
                        "message of 15 bytes",
                        (s, m) -> s.raw(new Payload()
                                .u16(m.id())
                                .u16(m.command())
                                .u32(15)
                                .u32(1)
                                .u32(0)
                                .bytes())),
                reply(
                        "a length beyond all reason",
                        "message of 4294967295 bytes",
                        (s, m) -> s.raw(new Payload()
                                .u16(m.id())
                                .u16(m.command())
                                .u32(-1)
                                .u32(1)
                                .u32(0)
                                .bytes())),
                reply(
                        "descriptors nobody asked for",
                        "1 descriptors with its reply",
                        (s, m) -> s.reply(m, new byte[16], s.socket().fd().value())),
                reply("more descriptors than allowed", "more than 32 descriptors", (s, m) -> {
                    int[] fds = new int[100];
                    java.util.Arrays.fill(fds, s.socket().fd().value());
                    s.reply(m, new byte[16], fds);
                }),
                reply("descriptors spread over the message", "1 descriptors with its reply", (s, m) -> {
                    s.raw(new Payload()
                            .u16(m.id())
                            .u16(m.command())
                            .u32(32)
                            .u32(1)
                            .u32(0)
                            .zeros(8)
                            .bytes());
                    s.raw(new byte[8], s.socket().fd().value());
                }),
                reply(
                        "impossible numbers",
                        "impossible number",
                        (s, m) -> s.reply(
                                m, new Payload().u32(16).u32(0).u32(-1).u32(5).bytes())),
                new Attack(
                        "an error without a number",
                        replyScript((s, m) -> s.send(m.id(), m.command(), TYPE_REPLY | ERROR_FLAG, 0, new byte[0])),
                        VfioUserClient::deviceInfo,
                        VfioUserErrorReply.class,
                        "gave no reason"),
                new Attack(
                        "an error with a number out of range",
                        replyScript((s, m) -> s.send(m.id(), m.command(), TYPE_REPLY | ERROR_FLAG, -5, new byte[99])),
                        VfioUserClient::deviceInfo,
                        VfioUserErrorReply.class,
                        "errno -5"),
                new Attack(
                        "an error with descriptors",
                        replyScript((s, m) -> s.send(
                                m.id(),
                                m.command(),
                                TYPE_REPLY | ERROR_FLAG,
                                22,
                                new byte[0],
                                s.socket().fd().value())),
                        VfioUserClient::deviceInfo,
                        VfioUserErrorReply.class,
                        "EINVAL"),
                new Attack(
                        "takes no more messages",
                        s -> {
                            s.negotiate();
                            PollSet stopped = new PollSet(1);
                            stopped.watchHangUp(0, s.socket().fd().value());
                            while (!Poll.hungUp(s.socket().fd().value())) {
                                stopped.await(Duration.ofMillis(10));
                            }
                        },
                        client -> {
                            for (int i = 0; i < 1_000_000; i++) {
                                client.postWriteRegion64(0, 0, i);
                            }
                        },
                        VfioUserTimeoutException.class,
                        "took no message"));
    }

    static Stream<Attack> inRegionInfo() {
        Request ask = client -> client.regionInfo(0);
        return Stream.of(
                region("another region", "described region 1", info(32, 3, 1, 0, 4096, 0)),
                region("an impossible length", "impossible length", info(32, 3, 0, 0, -1, 0)),
                region(
                        "capabilities inside the info",
                        "leads nowhere",
                        info(64, 0xf, 0, 8, 4096, 0).zeros(32)),
                region(
                        "capabilities behind the message",
                        "leads nowhere",
                        info(64, 0xf, 0, 60, 4096, 0).zeros(32)),
                region(
                        "capabilities far away",
                        "leads nowhere",
                        info(64, 0xf, 0, 0xffff_fff0L, 4096, 0).zeros(32)),
                region(
                        "capabilities in a loop",
                        "leads nowhere",
                        info(64, 0xf, 0, 32, 4096, 0).u16(9).u16(1).u32(32).zeros(24)),
                region(
                        "capabilities that lead into the info",
                        "leads nowhere",
                        info(64, 0xf, 0, 32, 4096, 0).u16(9).u16(1).u32(4).zeros(24)),
                region(
                        "more areas than the message holds",
                        "does not fit",
                        info(64, 0xf, 0, 32, 8192, 0)
                                .u16(1)
                                .u16(1)
                                .u32(0)
                                .u32(2)
                                .u32(0)
                                .u64(0)
                                .u64(4096)),
                region(
                        "billions of areas",
                        "does not fit",
                        info(64, 0xf, 0, 32, 8192, 0)
                                .u16(1)
                                .u16(1)
                                .u32(0)
                                .u32(-1)
                                .u32(0)
                                .u64(0)
                                .u64(4096)),
                region(
                        "a list of areas that is cut off",
                        "does not fit",
                        info(44, 0xf, 0, 32, 8192, 0).u16(1).u16(1).u32(0).u32(0)),
                region(
                        "a type that is cut off",
                        "does not fit",
                        info(44, 0xf, 0, 32, 8192, 0).u16(2).u16(1).u32(0).u32(0)),
                region("an area behind the end", "outside of region 0", sparse(8192, 4096, 8192)),
                region("an area that wraps around", "outside of region 0", sparse(8192, Long.MAX_VALUE, 4096)),
                region("an area of no length", "outside of region 0", sparse(8192, 0, 0)),
                region("an area below zero", "outside of region 0", sparse(8192, -4096, 4096)),
                region("a map without a descriptor", "0 descriptors for the 1 areas", sparse(8192, 0, 4096)),
                region("a whole map without a descriptor", "0 descriptors", info(32, 7, 0, 0, 4096, 0)),
                new Attack(
                        "a descriptor without a map",
                        s -> {
                            s.negotiate();
                            s.reply(
                                    s.receive(),
                                    info(32, 3, 0, 0, 4096, 0).bytes(),
                                    s.socket().fd().value());
                            s.awaitClientGone();
                        },
                        ask,
                        VfioUserException.class,
                        "1 descriptors for the 0 areas"),
                new Attack(
                        "an info that never fits",
                        s -> {
                            s.negotiate();
                            for (long needed = 5000; true; needed *= 2) {
                                s.reply(
                                        s.receive(),
                                        info(needed, 3, 0, 0, 4096, 0).bytes());
                            }
                        },
                        ask,
                        VfioUserException.class,
                        "bytes to describe region 0"),
                new Attack(
                        "an info of gigabytes",
                        s -> {
                            s.negotiate();
                            s.reply(
                                    s.receive(),
                                    info(0xffff_ffffL, 3, 0, 0, 4096, 0).bytes());
                            s.awaitClientGone();
                        },
                        ask,
                        VfioUserException.class,
                        "needs 4294967295 bytes"),
                mapped("a file that ends before its area", "cannot be mapped", 4096, sparse(1 << 20, 8192, 4096)),
                mapped(
                        "an offset that wraps around",
                        "cannot be mapped",
                        4096,
                        info(32, 7, 0, 0, 4096, Long.MAX_VALUE - 4095)),
                mapped("an offset below zero", "cannot be mapped", 4096, info(32, 7, 0, 0, 4096, -4096)),
                mapped("an offset between pages", "cannot be mapped", 8192, info(32, 7, 0, 0, 4096, 17)),
                new Attack(
                        "a socket instead of a file",
                        s -> {
                            s.negotiate();
                            s.reply(
                                    s.receive(),
                                    info(32, 7, 0, 0, 4096, 0).bytes(),
                                    s.socket().fd().value());
                            s.awaitClientGone();
                        },
                        client -> client.mapRegion(0, new SparseArea(0, 4096)),
                        VfioUserException.class,
                        "ENODEV"));
    }

    static Stream<Attack> inOtherReplies() {
        return Stream.of(
                answer(
                        "a read of another length",
                        "with one of 8 bytes",
                        c -> c.readRegion32(0, 0),
                        new Payload().u64(0).u32(0).u32(8).zeros(8)),
                answer(
                        "a read elsewhere",
                        "bytes at 64",
                        c -> c.readRegion32(0, 0),
                        new Payload().u64(64).u32(0).u32(4).zeros(4)),
                answer(
                        "a read that is cut off",
                        "payload of 19 bytes",
                        c -> c.readRegion32(0, 0),
                        new Payload().u64(0).u32(0).u32(4).zeros(3)),
                answer(
                        "a write of less",
                        "with one of 3 bytes",
                        c -> c.writeRegion32(0, 0, 1),
                        new Payload().u64(0).u32(0).u32(3)),
                answer(
                        "other interrupts",
                        "interrupts 4 instead of 2",
                        c -> c.irqInfo(2),
                        new Payload().u32(16).u32(1).u32(4).u32(1)),
                answer(
                        "a negative number of interrupts",
                        "impossible",
                        c -> c.irqInfo(2),
                        new Payload().u32(16).u32(1).u32(2).u32(-1)),
                answer(
                        "another unmapping",
                        "another region",
                        c -> c.unmapDma(4096, 4096),
                        new Payload().u32(24).u32(0).u64(0).u64(4096)),
                answers(
                        "no page size",
                        "logs pages of 0 bytes",
                        c -> c.dirtyLog().start(),
                        new Payload().u32(24).u32(0).u64(0).u64(0)),
                answers(
                        "a crooked page size",
                        "logs pages of 4095 bytes",
                        c -> c.dirtyLog().start(),
                        new Payload().u32(24).u32(0).u64(4095).u64(0)),
                answers(
                        "a state that does not exist",
                        "migration state 99",
                        c -> c.migration().state(),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(16).u32(0).u32(99).u32(0)),
                answers(
                        "more state than was asked for",
                        "request for 16 bytes of state",
                        c -> c.migration().read(java.lang.foreign.Arena.ofAuto().allocate(16)),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(40).u32(32).zeros(32)),
                answers(
                        "more state than came",
                        "request for 16 bytes of state",
                        c -> c.migration().read(java.lang.foreign.Arena.ofAuto().allocate(16)),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(24).u32(16).zeros(15)),
                answers(
                        "more descriptors than fit",
                        "does not fit",
                        c -> c.regionIoFds(0),
                        info(32, 3, 0, 0, 4096, 0),
                        new Payload().u32(56).u32(0).u32(0).u32(1000).zeros(40)),
                answers(
                        "a descriptor that did not come",
                        "names descriptor 0 of 0",
                        c -> c.regionIoFds(0),
                        info(32, 3, 0, 0, 4096, 0),
                        new Payload()
                                .u32(56)
                                .u32(0)
                                .u32(0)
                                .u32(1)
                                .u64(0)
                                .u64(4)
                                .u32(0)
                                .u32(0)
                                .u32(0)
                                .u32(0)
                                .u64(0)),
                answers(
                        "a descriptor for a place outside",
                        "outside of region 0",
                        c -> c.regionIoFds(0),
                        info(32, 3, 0, 0, 4096, 0),
                        new Payload()
                                .u32(56)
                                .u32(0)
                                .u32(0)
                                .u32(1)
                                .u64(4093)
                                .u64(4)
                                .zeros(24)),
                answers(
                        "a kind of descriptor that does not exist",
                        "a kind of descriptor",
                        c -> c.regionIoFds(0),
                        info(32, 3, 0, 0, 4096, 0),
                        new Payload()
                                .u32(56)
                                .u32(0)
                                .u32(0)
                                .u32(1)
                                .u64(0)
                                .u64(4)
                                .u32(0)
                                .u32(7)
                                .zeros(16)));
    }

    static Stream<Attack> withCommands() {
        return Stream.of(
                new Attack(
                        "commands without end",
                        s -> {
                            s.negotiate();
                            s.receive();
                            while (true) {
                                s.send(
                                        1,
                                        Command.DMA_READ,
                                        0,
                                        0,
                                        new Payload().u64(0).u64(1).bytes());
                                s.receive();
                            }
                        },
                        VfioUserClient::deviceInfo,
                        VfioUserTimeoutException.class,
                        "400 ms"),
                new Attack(
                        "commands without end and without waiting for answers",
                        s -> {
                            s.negotiate();
                            s.receive();
                            while (true) {
                                s.send(1, 99, 0x10, 0, new byte[0]);
                            }
                        },
                        VfioUserClient::deviceInfo,
                        VfioUserTimeoutException.class,
                        ""),
                new Attack(
                        "descriptors with a command",
                        s -> {
                            s.negotiate();
                            s.receive();
                            s.send(1, 99, 0, 0, new byte[0], s.socket().fd().value());
                            s.awaitClientGone();
                        },
                        VfioUserClient::deviceInfo,
                        VfioUserException.class,
                        "descriptors with a command"),
                new Attack(
                        "a reply that nobody waits for",
                        s -> {
                            s.negotiate();
                            s.send(1, Command.DEVICE_GET_INFO, TYPE_REPLY, 0, new byte[16]);
                            s.awaitClientGone();
                        },
                        client -> client.serve(Duration.ofSeconds(5)),
                        VfioUserException.class,
                        "a reply to nothing"),
                new Attack(
                        "an answer to a write that wants none",
                        s -> {
                            s.negotiate();
                            Message write = s.receive();
                            s.reply(write, new byte[16]);
                            s.awaitClientGone();
                        },
                        client -> {
                            client.postWriteRegion64(0, 0, 1);
                            client.deviceInfo();
                        },
                        VfioUserException.class,
                        "something else"));
    }

    private interface Answer {
        void to(ScriptedServer server, Message request) throws Exception;
    }

    private static Script replyScript(Answer answer) {
        return server -> {
            server.negotiate();
            answer.to(server, server.receive());
            server.awaitClientGone();
        };
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

    private static Attack reply(String name, String says, Answer answer) {
        return new Attack(
                "reply: " + name, replyScript(answer), VfioUserClient::deviceInfo, VfioUserException.class, says);
    }

    private static Attack answer(String name, String says, Request request, Payload payload) {
        return answers(name, says, request, payload);
    }

    private static Attack answers(String name, String says, Request request, Payload... payloads) {
        Script script = server -> {
            server.negotiate();
            for (Payload payload : payloads) {
                server.reply(server.receive(), payload.bytes());
            }
            server.awaitClientGone();
        };
        return new Attack(name, script, request, VfioUserException.class, says);
    }

    private static Attack region(String name, String says, Payload info) {
        return answers("region info: " + name, says, client -> client.regionInfo(0), info);
    }

    private static Attack mapped(String name, String says, long fileBytes, Payload info) {
        Script script = server -> {
            server.negotiate();
            try (MemFd file = MemFd.create("region", fileBytes)) {
                Fd fd = file.fd();
                server.reply(server.receive(), info.bytes(), fd.value());
            }
            server.awaitClientGone();
        };
        Request map = client ->
                client.mapRegion(0, client.regionInfo(0).areas().getFirst()).close();
        return new Attack("region info: " + name, script, map, VfioUserException.class, says);
    }

    private static Payload info(long argumentBytes, int flags, int index, long capabilities, long length, long offset) {
        return new Payload()
                .u32(argumentBytes)
                .u32(flags)
                .u32(index)
                .u32(capabilities)
                .u64(length)
                .u64(offset);
    }

    private static Payload sparse(long regionBytes, long areaOffset, long areaBytes) {
        return info(64, 0xf, 0, 32, regionBytes, 0)
                .u16(1)
                .u16(1)
                .u32(0)
                .u32(1)
                .u32(0)
                .u64(areaOffset)
                .u64(areaBytes);
    }
}
