package io.vfiouser.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.wire.HeaderFormat;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.OpenFds;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer with noise, the same noise every time. */
@Timeout(120)
class RandomServerTest {
    private static final ClientOptions OPTIONS =
            ClientOptions.defaults().withTimeout(Duration.ofMillis(100)).withMaxDataTransferBytes(4096);

    private static final MemFd MEMORY = MemFd.create("guest", 4096);

    private static final List<Consumer<VfioUserClient>> REQUESTS = List.of(
            VfioUserClient::deviceInfo,
            client -> client.regionInfo(0),
            client -> client.regionInfo(0)
                    .areas()
                    .forEach(area -> client.mapRegion(0, area).close()),
            client -> client.irqInfo(2),
            client -> client.readRegion64(0, 0),
            client -> client.writeRegion32(0, 0, 1),
            client -> client.regionIoFds(0).forEach(RegionIoFd::close),
            client -> client.mapDma(0, Arena.ofAuto().allocate(4096), Protection.READ_WRITE),
            client -> client.mapDma(1 << 20, 4096, MEMORY.fd(), 0, Protection.READ_WRITE),
            client -> client.dirtyLog().report(1 << 20, 4096),
            client -> client.unmapDma(0, 4096),
            client -> client.unmapDma(1 << 20, 4096),
            client -> client.dirtyLog().start(),
            client -> client.dirtyLog().report(0, 4096),
            VfioUserClient::canMigrate,
            client -> client.migration().state(),
            client -> client.migration().read(MemorySegment.ofArray(new byte[64])),
            client -> client.serve(Duration.ofMillis(1)));

    /** Only these may come out; anything else would be a mistake of the client. */
    private static boolean allowed(Throwable thrown) {
        return thrown instanceof VfioUserException
                || (thrown instanceof IllegalArgumentException
                        && thrown.getMessage().contains("exactly one mapping"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noiseEndsInAnExceptionAndNeverInAnythingWorse(long seed) {
        Map<Integer, String> before = OpenFds.now();
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            long serverSeed = random.nextLong();
            boolean negotiates = round % 8 != 0;
            try (ScriptedServer server = new ScriptedServer(s -> misbehave(s, new Random(serverSeed), negotiates))) {
                try (VfioUserClient client = server.connect(OPTIONS)) {
                    for (int i = 0; i < 20 && client.connected(); i++) {
                        ask(client, REQUESTS.get(random.nextInt(REQUESTS.size())));
                    }
                } catch (VfioUserException e) {
                    assertThat(e).hasMessageNotContaining("null");
                }
            }
        }
        assertThat(OpenFds.newSince(before)).isEmpty();
    }

    private static void ask(VfioUserClient client, Consumer<VfioUserClient> request) {
        try {
            request.accept(client);
        } catch (RuntimeException e) {
            assertThat(e).matches(RandomServerTest::allowed);
        }
    }

    private static void misbehave(ScriptedServer server, Random random, boolean negotiates) throws Exception {
        if (negotiates) {
            server.negotiate("{\"capabilities\":{\"max_msg_fds\":" + random.nextInt(3) + "}}");
        }
        while (true) {
            Message message = server.receive();
            byte[] payload = new byte[random.nextInt(random.nextBoolean() ? 80 : 2000)];
            random.nextBytes(payload);
            if (random.nextBoolean()) {
                plausible(payload, random);
            }
            int[] fds = new int[random.nextInt(8) == 0 ? random.nextInt(40) : 0];
            java.util.Arrays.fill(fds, server.socket().fd().value());
            switch (random.nextInt(12)) {
                case 0 -> server.raw(payload.length == 0 ? new byte[1] : payload, fds);
                case 1 -> server.send(message.id(), random.nextInt(20), random.nextInt(64), 5, payload, fds);
                case 2 -> server.send(random.nextInt(), 11 + random.nextInt(2), 0, 0, payload, fds);
                case 3 ->
                    server.send(
                            message.id(),
                            message.command(),
                            HeaderFormat.TYPE_REPLY | HeaderFormat.ERROR_FLAG,
                            random.nextInt(),
                            payload);
                default -> server.reply(message, payload, fds);
            }
        }
    }

    /** Small numbers where most fields are, so that the checks further in are reached as well. */
    private static void plausible(byte[] payload, Random random) {
        for (int i = 0; i < payload.length; i++) {
            if (random.nextInt(4) != 0) {
                payload[i] = 0;
            }
        }
        if (payload.length > 0) {
            payload[0] = (byte) Math.min(payload.length, 127);
        }
    }
}
