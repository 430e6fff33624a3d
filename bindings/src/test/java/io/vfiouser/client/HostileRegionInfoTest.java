package io.vfiouser.client;

import io.vfiouser.client.ScriptedServer.Script;
import io.vfiouser.os.Fd;
import io.vfiouser.os.MemFd;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that describe impossible regions. */
@Timeout(60)
class HostileRegionInfoTest {
    @ParameterizedTest
    @MethodSource({"inRegionInfo"})
    void isReportedInTimeAndLeavesNothingOpen(Attack attack) {
        attack.assertReported();
    }

    static Stream<Attack> inRegionInfo() {
        Attack.Request ask = client -> client.regionInfo(0);
        return Stream.of(
                region("another region", "described region 1", Attack.info(32, 3, 1, 0, 4096, 0)),
                region("an impossible length", "impossible length", Attack.info(32, 3, 0, 0, -1, 0)),
                region(
                        "capabilities inside the info",
                        "leads nowhere",
                        Attack.info(64, 0xf, 0, 8, 4096, 0).zeros(32)),
                region(
                        "capabilities behind the message",
                        "leads nowhere",
                        Attack.info(64, 0xf, 0, 60, 4096, 0).zeros(32)),
                region(
                        "capabilities far away",
                        "leads nowhere",
                        Attack.info(64, 0xf, 0, 0xffff_fff0L, 4096, 0).zeros(32)),
                region(
                        "capabilities in a loop",
                        "leads nowhere",
                        Attack.info(64, 0xf, 0, 32, 4096, 0)
                                .u16(9)
                                .u16(1)
                                .u32(32)
                                .zeros(24)),
                region(
                        "capabilities that lead into the info",
                        "leads nowhere",
                        Attack.info(64, 0xf, 0, 32, 4096, 0)
                                .u16(9)
                                .u16(1)
                                .u32(4)
                                .zeros(24)),
                region(
                        "more areas than the message holds",
                        "does not fit",
                        Attack.info(64, 0xf, 0, 32, 8192, 0)
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
                        Attack.info(64, 0xf, 0, 32, 8192, 0)
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
                        Attack.info(44, 0xf, 0, 32, 8192, 0)
                                .u16(1)
                                .u16(1)
                                .u32(0)
                                .u32(0)),
                region(
                        "a type that is cut off",
                        "does not fit",
                        Attack.info(44, 0xf, 0, 32, 8192, 0)
                                .u16(2)
                                .u16(1)
                                .u32(0)
                                .u32(0)),
                region("an area behind the end", "outside of region 0", sparse(8192, 4096, 8192)),
                region("an area that wraps around", "outside of region 0", sparse(8192, Long.MAX_VALUE, 4096)),
                region("an area of no length", "outside of region 0", sparse(8192, 0, 0)),
                region("an area below zero", "outside of region 0", sparse(8192, -4096, 4096)),
                region("a map without a descriptor", "0 descriptors for the 1 areas", sparse(8192, 0, 4096)),
                region("a whole map without a descriptor", "0 descriptors", Attack.info(32, 7, 0, 0, 4096, 0)),
                new Attack(
                        "a descriptor without a map",
                        s -> {
                            s.negotiate();
                            s.reply(
                                    s.receive(),
                                    Attack.info(32, 3, 0, 0, 4096, 0).bytes(),
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
                                        Attack.info(needed, 3, 0, 0, 4096, 0).bytes());
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
                                    Attack.info(0xffff_ffffL, 3, 0, 0, 4096, 0).bytes());
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
                        Attack.info(32, 7, 0, 0, 4096, Long.MAX_VALUE - 4095)),
                mapped("an offset below zero", "cannot be mapped", 4096, Attack.info(32, 7, 0, 0, 4096, -4096)),
                mapped("an offset between pages", "cannot be mapped", 8192, Attack.info(32, 7, 0, 0, 4096, 17)),
                new Attack(
                        "a socket instead of a file",
                        s -> {
                            s.negotiate();
                            s.reply(
                                    s.receive(),
                                    Attack.info(32, 7, 0, 0, 4096, 0).bytes(),
                                    s.socket().fd().value());
                            s.awaitClientGone();
                        },
                        client -> client.mapRegion(0, new SparseArea(0, 4096)),
                        VfioUserException.class,
                        "ENODEV"));
    }

    private static Attack region(String name, String says, Payload info) {
        return Attack.answers("region info: " + name, says, client -> client.regionInfo(0), info);
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
        Attack.Request map = client ->
                client.mapRegion(0, client.regionInfo(0).areas().getFirst()).close();
        return new Attack("region info: " + name, script, map, VfioUserException.class, says);
    }

    private static Payload sparse(long regionBytes, long areaOffset, long areaBytes) {
        return Attack.info(64, 0xf, 0, 32, regionBytes, 0)
                .u16(1)
                .u16(1)
                .u32(0)
                .u32(1)
                .u32(0)
                .u64(areaOffset)
                .u64(areaBytes);
    }
}
