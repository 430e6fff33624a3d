package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.MemFd;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, the process lives and the next client is served. */
class HostileClientTest {
    private ServerFixture server;

    @BeforeEach
    void startADeviceWithEverything() {
        MigrationHandler migration = new MigrationHandler() {
            @Override
            public void transition(MigrationState from, MigrationState to) {}

            @Override
            public long read(MemorySegment into) {
                return 0;
            }

            @Override
            public void write(MemorySegment from) {}
        };
        server = ServerFixture.start(device -> device.clientTimeout(Duration.ofMillis(300))
                .pci(PciIdentity.of(1, 2, PciClass.OTHER), PciType.EXPRESS)
                .capability(PciCapability.express())
                .capability(PciCapability.msiX(8, RegionIndex.BAR4, 0, RegionIndex.BAR5, 0))
                .region(
                        RegionIndex.BAR0,
                        RegionSpec.memory(4096).access(new MemoryRegion(4096)).build())
                .interrupts(IrqType.INTX, 1)
                .interrupts(IrqType.MSIX, 8)
                .dma(new RecordingDma())
                .migration(migration));
    }

    @AfterEach
    void theNextClientIsServed() {
        try (RawClient client = server.connect()) {
            client.regionData(0, 0, 4);
        } finally {
            server.close();
        }
    }

    @Test
    void aStateThatIsNoneDisconnectsInsteadOfCrashing() {
        int[] wild = {8, 9, 0x7fffffff, 0x80000000, -1};
        for (int state : wild) {
            try (RawClient client = server.connect()) {
                ByteBuffer message = ServerFixture.LIBRARY.level() == AbiLevel.V0_1
                        ? RawClient.buffer(20)
                                .putLong(0)
                                .putInt(9)
                                .putInt(4)
                                .putInt(state)
                                .flip()
                        : RawClient.ints(16, (1 << 17) | 2, state, -1);
                int command = ServerFixture.LIBRARY.level() == AbiLevel.V0_1
                        ? RawClient.REGION_WRITE
                        : RawClient.DEVICE_FEATURE;
                client.post(command, 0, message);
                assertThat(client.awaitDisconnected()).isTrue();
            }
        }
    }

    @Test
    void theStateThatIsAnErrorIsRefused() {
        try (RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            int errno = driver instanceof MigrationDriver.Version1 registers
                    ? registers.setRaw(6)
                    : ((MigrationDriver.Version2) driver).setRaw(0);
            assertThat(errno).isPositive();
        }
    }

    @Test
    void vectorCountsThatWrapDisconnect() {
        try (RawClient client = server.connect()) {
            client.post(
                    RawClient.SET_IRQS,
                    0,
                    RawClient.ints(20, WireMessage.IRQ_DATA_EVENTFD | WireMessage.IRQ_ACTION_TRIGGER, 2, 1, -1));
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    @Test
    void aClientThatSaysNothingDoesNotHoldTheServer() {
        try (RawClient silent = RawClient.connectOnly(server.socket())) {
            assertThat(silent.awaitDisconnected()).isTrue();
        }
    }

    @Test
    void aClientThatStallsInTheMiddleOfAMessageDoesNotHoldTheServer() {
        try (RawClient client = server.connect()) {
            client.sendBytes(header(RawClient.REGION_READ, 1000).flip());
            // The rest never comes: after the client timeout the library answers with an error, and goes on.
            assertThat(client.reply((short) 7).errno()).isPositive();
        }
        try (RawClient client = server.connect()) {
            client.sendBytes(header(RawClient.SET_IRQS, 36).flip());
            assertThat(client.awaitDisconnected()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.sendBytes(
                    RawClient.buffer(3).putShort((short) 7).put((byte) 1).flip());
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    /** The header of message 7, with room for its payload behind it. */
    private static ByteBuffer header(int command, int messageBytes) {
        ByteBuffer message = RawClient.buffer(messageBytes).putShort((short) 7).putShort((short) command);
        return message.putInt(messageBytes).putInt(0).putInt(0);
    }

    /** A message in pieces could hide from the look at it. */
    @Test
    void aWildStateThatComesByteByByteIsNotLetThroughAndAGoodOneIs() {
        boolean registers = ServerFixture.LIBRARY.level() == AbiLevel.V0_1;
        int command = registers ? RawClient.REGION_WRITE : RawClient.DEVICE_FEATURE;
        for (int state : new int[] {1, 8}) {
            try (RawClient client = server.connect()) {
                ByteBuffer payload = registers
                        ? RawClient.buffer(20)
                                .putLong(0)
                                .putInt(9)
                                .putInt(4)
                                .putInt(state)
                                .flip()
                        : RawClient.ints(16, (1 << 17) | 2, state, -1);
                ByteBuffer message =
                        header(command, 16 + payload.remaining()).put(payload).flip();
                while (message.hasRemaining()) {
                    client.sendBytes(RawClient.buffer(1).put(message.get()).flip());
                }
                if (state == 1) {
                    client.reply((short) 7).ok();
                } else {
                    assertThat(client.awaitDisconnected()).isTrue();
                }
            }
        }
    }

    @Test
    void largeMessagesThatArriveInPiecesAreWhole() {
        try (RawClient client = server.connect()) {
            byte[] data = new byte[1 << 20];
            // Too large for the region, but not for the library to read: it must stay in step.
            assertThat(client.writeRegion(0, 0, data).errno()).isEqualTo(io.vfiouser.os.Errno.EINVAL);
            client.regionData(0, 0, 4);
        }
    }

    @Test
    void dmaByMessageThatIsNeverAnsweredEndsWithTheClientTimeout() {
        try (RawClient client = server.connect()) {
            client.mapDma(0x1000, 0x1000, RawClient.DMA_READABLE | RawClient.DMA_WRITABLE)
                    .ok();
            server.runOnContext(context -> {
                try {
                    context.readGuest(0x1000, MemorySegment.ofArray(new byte[8]));
                    throw new AssertionError("nobody answered");
                } catch (io.vfiouser.os.ErrnoException expected) {
                    assertThat(expected.errno()).isEqualTo(io.vfiouser.os.Errno.EAGAIN);
                }
            });
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    @Test
    void aMessageThatCannotBeAnsweredDoesNotStopTheServer() {
        for (int i = 0; i < 20; i++) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.DEVICE_RESET, 0, RawClient.buffer(0));
            }
        }
    }

    /** Well-formed headers around random contents, for all commands; the seed makes a failure repeatable. */
    @Test
    void randomMessagesDoNotCrash() {
        Random random = new Random(20261123);
        try (MemFd memory = MemFd.create("guest", 1 << 16);
                EventFd event = EventFd.create()) {
            for (int round = 0; round < 40; round++) {
                try (RawClient client = server.connect()) {
                    for (int i = 0; i < 30; i++) {
                        sendRandom(client, random, memory, event);
                    }
                } catch (RawClient.DisconnectedError | io.vfiouser.os.ErrnoException disconnected) {
                    // That is an answer too.
                }
            }
        }
    }

    private static void sendRandom(RawClient client, Random random, MemFd memory, EventFd event) {
        int command = 2 + random.nextInt(18);
        int words = random.nextInt(14);
        ByteBuffer payload = RawClient.buffer(words * 4);
        for (int w = 0; w < words; w++) {
            payload.putInt(
                    switch (random.nextInt(5)) {
                        case 0 -> random.nextInt();
                        case 1 -> 4096;
                        case 2 -> words * 4 + 4096;
                        default -> random.nextInt(10);
                    });
        }
        payload.flip();
        if (command == RawClient.SET_IRQS && words > 1 && random.nextBoolean()) {
            client.call(command, payload, event.fd());
        } else if (command == RawClient.DMA_MAP && random.nextBoolean()) {
            client.call(command, payload, memory.fd());
        } else {
            client.call(command, payload);
        }
    }
}
