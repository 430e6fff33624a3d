package io.vfiouser.client;

import static io.vfiouser.client.wire.HeaderFormat.ERROR_FLAG;
import static io.vfiouser.client.wire.HeaderFormat.TYPE_REPLY;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.wire.Command;
import io.vfiouser.os.Poll;
import io.vfiouser.os.PollSet;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers whose replies or commands are wrong. */
@Timeout(60)
class HostileReplyTest {
    @ParameterizedTest
    @MethodSource({"inAnyReply", "inOtherReplies", "withCommands"})
    void isReportedInTimeAndLeavesNothingOpen(Attack attack) {
        attack.assertReported();
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
                        Attack.replyScript(
                                (s, m) -> s.send(m.id(), m.command(), TYPE_REPLY | ERROR_FLAG, 0, new byte[0])),
                        VfioUserClient::deviceInfo,
                        VfioUserErrorReply.class,
                        "gave no reason"),
                new Attack(
                        "an error with a number out of range",
                        Attack.replyScript(
                                (s, m) -> s.send(m.id(), m.command(), TYPE_REPLY | ERROR_FLAG, -5, new byte[99])),
                        VfioUserClient::deviceInfo,
                        VfioUserErrorReply.class,
                        "errno -5"),
                new Attack(
                        "an error with descriptors",
                        Attack.replyScript((s, m) -> s.send(
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
                Attack.answers(
                        "no page size",
                        "logs pages of 0 bytes",
                        c -> c.dirtyLog().start(),
                        new Payload().u32(24).u32(0).u64(0).u64(0)),
                Attack.answers(
                        "a crooked page size",
                        "logs pages of 4095 bytes",
                        c -> c.dirtyLog().start(),
                        new Payload().u32(24).u32(0).u64(4095).u64(0)),
                Attack.answers(
                        "a state that does not exist",
                        "migration state 99",
                        c -> c.migration().state(),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(16).u32(0).u32(99).u32(0)),
                Attack.answers(
                        "more state than was asked for",
                        "request for 16 bytes of state",
                        c -> c.migration().read(java.lang.foreign.Arena.ofAuto().allocate(16)),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(40).u32(32).zeros(32)),
                Attack.answers(
                        "more state than came",
                        "request for 16 bytes of state",
                        c -> c.migration().read(java.lang.foreign.Arena.ofAuto().allocate(16)),
                        new Payload().u32(16).u32(0).u64(5),
                        new Payload().u32(24).u32(16).zeros(15)),
                Attack.answers(
                        "more descriptors than fit",
                        "does not fit",
                        c -> c.regionIoFds(0),
                        Attack.info(32, 3, 0, 0, 4096, 0),
                        new Payload().u32(56).u32(0).u32(0).u32(1000).zeros(40)),
                Attack.answers(
                        "a descriptor that did not come",
                        "names descriptor 0 of 0",
                        c -> c.regionIoFds(0),
                        Attack.info(32, 3, 0, 0, 4096, 0),
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
                Attack.answers(
                        "a descriptor for a place outside",
                        "outside of region 0",
                        c -> c.regionIoFds(0),
                        Attack.info(32, 3, 0, 0, 4096, 0),
                        new Payload()
                                .u32(56)
                                .u32(0)
                                .u32(0)
                                .u32(1)
                                .u64(4093)
                                .u64(4)
                                .zeros(24)),
                Attack.answers(
                        "a kind of descriptor that does not exist",
                        "a kind of descriptor",
                        c -> c.regionIoFds(0),
                        Attack.info(32, 3, 0, 0, 4096, 0),
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

    private static Attack reply(String name, String says, Attack.Answer answer) {
        return new Attack(
                "reply: " + name,
                Attack.replyScript(answer),
                VfioUserClient::deviceInfo,
                VfioUserException.class,
                says);
    }

    private static Attack answer(String name, String says, Attack.Request request, Payload payload) {
        return Attack.answers(name, says, request, payload);
    }
}
