package io.vfiouser.client;

import static io.vfiouser.client.wire.HeaderFormat.ERROR_FLAG;
import static io.vfiouser.client.wire.HeaderFormat.TYPE_REPLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.client.ScriptedServer.Message;
import io.vfiouser.client.wire.Command;
import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client sends, and what it makes of answers that are unusual but right. */
@Timeout(60)
class ScriptedServerTest {
    private static final int PAGE = 4096;
    private static final ClientOptions OPTIONS = ClientOptions.defaults().withTimeout(Duration.ofSeconds(5));

    @Test
    void sendsItsVersionAndCapabilities() {
        List<String> json = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedServer server = new ScriptedServer(s -> {
                    Message version = s.expect(Command.VERSION);
                    byte[] payload = version.payload().array();
                    json.add(new String(payload, 4, payload.length - 5, java.nio.charset.StandardCharsets.UTF_8));
                    // A server without capabilities gets the defaults of the specification.
                    s.reply(version, new Payload().u16(0).u16(1).bytes());
                });
                VfioUserClient client = server.connect(OPTIONS.withTwinSocket(false))) {
            assertThat(json.getFirst())
                    .isEqualTo("{\"capabilities\":{\"max_msg_fds\":32,\"max_data_xfer_size\":1048576,"
                            + "\"max_dma_maps\":65535,\"pgsizes\":4096,\"migration\":{\"pgsize\":4096},"
                            + "\"twin_socket\":{\"supported\":false}}}");
            assertThat(client.capabilities())
                    .isEqualTo(new ServerCapabilities(0, 1, 1, 1 << 20, 65535, 4096, false, false, 0));
        }
    }

    @Test
    void understandsEveryCapability() {
        String json = "{\"capabilities\":{\"max_msg_fds\":1000000,\"max_data_xfer_size\":4096,\"max_dma_maps\":7,"
                + "\"pgsizes\":2101248,\"write_multiple\":true,\"migration\":{\"pgsize\":65536},\"unknown\":[{}]}}";
        try (ScriptedServer server = new ScriptedServer(s -> s.negotiate(json));
                VfioUserClient client = server.connect(OPTIONS)) {
            assertThat(client.capabilities())
                    .isEqualTo(new ServerCapabilities(0, 2, UnixSocket.MAX_FDS, 4096, 7, 2101248, true, false, 65536));
        }
    }

    @Test
    void ignoresPadding() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    s.reply(
                            s.receive(),
                            new Payload()
                                    .u64(8)
                                    .u32(3)
                                    .u32(4)
                                    .u32(0x12345678)
                                    .zeros(500)
                                    .bytes());
                });
                VfioUserClient client = server.connect(OPTIONS)) {
            assertThat(client.readRegion32(3, 8)).isEqualTo(0x12345678);
        }
    }

    @Test
    void putsAMessageTogetherThatArrivesInPieces() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    Message m = s.receive();
                    byte[] all = new Payload()
                            .u16(m.id())
                            .u16(m.command())
                            .u32(36)
                            .u32(1)
                            .u32(0)
                            .u64(8)
                            .u32(3)
                            .u32(4)
                            .u32(77)
                            .bytes();
                    for (byte b : all) {
                        s.raw(new byte[] {b});
                    }
                });
                VfioUserClient client = server.connect(OPTIONS)) {
            assertThat(client.readRegion32(3, 8)).isEqualTo(77);
        }
    }

    @Test
    void longWritesTravelInPiecesThatArriveWhole() {
        int length = 100_000;
        List<Integer> counts = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    long offset = 0;
                    while (true) {
                        Message m = s.expect(Command.REGION_WRITE);
                        int count = m.u32(12);
                        assertThat(m.u64(0)).isEqualTo(offset);
                        assertThat(m.payload().capacity()).isEqualTo(16 + count);
                        assertThat(m.payload().get(16)).isEqualTo((byte) (offset >> 8));
                        counts.add(count);
                        s.reply(m, new Payload().u64(offset).u32(2).u32(count).bytes());
                        offset += count;
                    }
                });
                VfioUserClient client = server.connect(OPTIONS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(length);
            for (int i = 0; i < length; i++) {
                data.set(ValueLayout.JAVA_BYTE, i, (byte) (i >> 8));
            }
            client.writeRegion(2, 0, data);
            assertThat(counts).containsExactly(28672, 28672, 28672, length - (3 * 28672));
        }
    }

    @Test
    void interruptsAreSetUpInAsManyMessagesAsTheServersLimitAsksFor() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        String json = "{\"capabilities\":{\"max_msg_fds\":2}}";
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate(json);
                    while (true) {
                        Message m = s.expect(Command.DEVICE_SET_IRQS);
                        seen.add(m.u32(4) + ":" + m.u32(8) + ":" + m.u32(12) + ":" + m.u32(16) + ":"
                                + s.received().size() + ":" + (m.payload().capacity() - m.u32(0)));
                        s.received().forEach(Fd::close);
                        s.received().clear();
                        s.reply(m, new byte[0]);
                    }
                });
                VfioUserClient client = server.connect(OPTIONS);
                EventFd event = EventFd.create()) {
            client.setIrqEventFds(PciIrqs.MSIX, 3, event, event, event, event, event);
            client.setIrqEventFds(PciIrqs.INTX, IrqAction.UNMASK, 0, event);
            client.clearIrqEventFds(PciIrqs.MSI, 1, 4);
            client.maskIrqs(PciIrqs.INTX, 0, 1);
            client.unmaskIrqs(PciIrqs.INTX, 0, 1);
            client.disableIrqs(PciIrqs.MSIX);
            client.changeIrqs(PciIrqs.MSIX, IrqAction.TRIGGER, 2, true, false, true);
            // flags, index, start, count, descriptors, bytes beyond argsz
            assertThat(seen)
                    .containsExactly(
                            "36:2:3:2:2:0",
                            "36:2:5:2:2:0",
                            "36:2:7:1:1:0",
                            "20:0:0:1:1:0",
                            "36:1:1:4:0:0",
                            "9:0:0:1:0:0",
                            "17:0:0:1:0:0",
                            "33:2:0:0:0:0",
                            "34:2:2:3:0:0");
        }
    }

    @Test
    void everyAreaMayHaveADescriptorOfItsOwn() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    try (MemFd one = MemFd.create("one", 2 * PAGE);
                            MemFd two = MemFd.create("two", 4 * PAGE);
                            Mapping mapping = two.map(Protection.READ_WRITE)) {
                        mapping.segment().set(ValueLayout.JAVA_INT, 3 * PAGE, 0x2222);
                        byte[] info = new Payload()
                                .u32(80)
                                .u32(0xd)
                                .u32(0)
                                .u32(32)
                                .u64(4 * PAGE)
                                .u64(PAGE)
                                // sparse areas, then nothing
                                .u16(1)
                                .u16(1)
                                .u32(0)
                                .u32(2)
                                .u32(0)
                                .u64(0)
                                .u64(PAGE)
                                .u64(2 * PAGE)
                                .u64(PAGE)
                                .bytes();
                        s.reply(s.receive(), info, one.fd().value(), two.fd().value());
                    }
                });
                VfioUserClient client = server.connect(OPTIONS)) {
            RegionInfo info = client.regionInfo(0);
            assertThat(info.protection()).isEqualTo(Protection.READ);
            try (Mapping mapping = client.mapRegion(0, info.areas().get(1))) {
                assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x2222);
                assertThat(mapping.segment().isReadOnly()).isTrue();
            }
            assertThatIllegalArgumentException().isThrownBy(() -> client.mapRegion(0, new SparseArea(0, 1)));
        }
    }

    @Test
    void aLongRegionInfoIsAskedForAgainWithEnoughRoom() {
        List<Integer> rooms = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    for (int attempt = 0; attempt < 2; attempt++) {
                        Message m = s.expect(Command.DEVICE_GET_REGION_INFO);
                        rooms.add(m.u32(0));
                        s.reply(
                                m,
                                new Payload()
                                        .u32(10_000)
                                        .u32(3)
                                        .u32(5)
                                        .u32(0)
                                        .u64(64)
                                        .u64(0)
                                        .bytes());
                    }
                });
                VfioUserClient client = server.connect(OPTIONS)) {
            assertThat(client.regionInfo(5).lengthBytes()).isEqualTo(64);
            assertThat(client.regionInfo(5).areas()).isEmpty();
            assertThat(rooms).containsExactly(4096, 10_000);
        }
    }

    @Test
    void ioDescriptorsAreUnderstoodInBothLengthsAndBelongToTheCaller() {
        for (boolean shadow : new boolean[] {false, true}) {
            try (ScriptedServer server = new ScriptedServer(s -> {
                        s.negotiate();
                        s.reply(
                                s.receive(),
                                new Payload()
                                        .u32(32)
                                        .u32(3)
                                        .u32(0)
                                        .u32(0)
                                        .u64(PAGE)
                                        .u64(0)
                                        .bytes());
                        Payload list = new Payload()
                                .u32(16 + (2 * (shadow ? 48 : 40)))
                                .u32(0)
                                .u32(0)
                                .u32(2);
                        for (int i = 0; i < 2; i++) {
                            list.u64(8L * i)
                                    .u64(4)
                                    .u32(0)
                                    .u32(shadow && i == 1 ? 2 : 0)
                                    .u32(1)
                                    .u32(1);
                            if (shadow) {
                                list.u64(64);
                            }
                            list.u64(100 + i);
                        }
                        try (EventFd event = EventFd.create();
                                MemFd memory = MemFd.create("shadow", PAGE)) {
                            s.reply(
                                    s.receive(),
                                    list.bytes(),
                                    event.fd().value(),
                                    memory.fd().value());
                        }
                    });
                    VfioUserClient client = server.connect(OPTIONS)) {
                List<RegionIoFd> found = client.regionIoFds(0);
                assertThat(found).hasSize(2);
                assertThat(found.get(1).offset()).isEqualTo(8);
                assertThat(found.get(1).lengthBytes()).isEqualTo(4);
                assertThat(found.get(1).match()).isEqualTo(101);
                assertThat(found.get(0).shadow()).isEmpty();
                assertThat(found.get(1).shadow().isPresent()).isEqualTo(shadow);
                assertThat(found.get(1).shadowOffset()).isEqualTo(shadow ? 64 : 0);
                found.getFirst().close();
                assertThat(found.get(1).fd().isOpen()).isTrue();
                found.get(1).close();
            }
        }
    }

    @Test
    void memoryIsServedWhileAReplyIsAwaitedOnBothKindsOfSockets() {
        for (boolean twin : new boolean[] {false, true}) {
            try (ScriptedServer server = new ScriptedServer(s -> {
                        UnixSocket commands = twin ? twin(s) : s.socket();
                        if (!twin) {
                            s.negotiate();
                        }
                        s.reply(s.expect(Command.DMA_MAP), new byte[0]);
                        Message request = s.expect(Command.DEVICE_RESET);
                        s.sendOver(
                                commands,
                                5,
                                Command.DMA_WRITE,
                                0,
                                0,
                                access(0x1010, 4).u32(0xabcd).bytes());
                        Message written = s.receive(commands);
                        assertThat(written.flags()).isEqualTo(TYPE_REPLY);
                        assertThat(written.id()).isEqualTo(5);
                        assertThat(written.u64(0)).isEqualTo(0x1010);
                        assertThat(written.u64(8)).isEqualTo(4);
                        s.sendOver(
                                commands,
                                6,
                                Command.DMA_READ,
                                0,
                                0,
                                access(0x1000, PAGE).bytes());
                        Message read = s.receive(commands);
                        assertThat(read.payload().capacity()).isEqualTo(16 + PAGE);
                        assertThat(read.u32(16 + 16)).isEqualTo(0xabcd);
                        s.reply(request, new byte[0]);
                        if (twin) {
                            commands.close();
                        }
                    });
                    VfioUserClient client = server.connect(OPTIONS);
                    Arena arena = Arena.ofConfined()) {
                assertThat(client.capabilities().twinSocket()).isEqualTo(twin);
                MemorySegment memory = arena.allocate(PAGE);
                client.mapDma(0x1000, memory, Protection.READ_WRITE);
                client.reset();
                assertThat(memory.get(ValueLayout.JAVA_INT, 16)).isEqualTo(0xabcd);
            }
        }
    }

    private static UnixSocket twin(ScriptedServer server) throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        String json = "{\"capabilities\":{\"twin_socket\":{\"supported\":true,\"fd_index\":0}}}";
        server.reply(
                server.expect(Command.VERSION),
                ScriptedServer.version(json),
                pair[1].fd().value());
        pair[1].close();
        return pair[0];
    }

    @Test
    void wrongRequestsForMemoryAreRefusedOneByOne() {
        List<Integer> errors = Collections.synchronizedList(new ArrayList<>());
        byte[][] wrong = {
            access(0x500, 4).bytes(),
            access(0x1ffe, 4).bytes(),
            access(-4, 16).bytes(),
            access(0x1000, -1).bytes(),
            access(0x1000, 1L << 40).bytes(),
            new byte[3],
            access(0x3000, 4).bytes(),
        };
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    for (int i = 0; i < 3; i++) {
                        s.reply(s.expect(Command.DMA_MAP), new byte[0]);
                    }
                    Message request = s.expect(Command.DEVICE_RESET);
                    for (byte[] payload : wrong) {
                        s.send(1, Command.DMA_READ, 0, 0, payload);
                        errors.add(refusal(s));
                    }
                    // More than is there to write, to what must only be read, and nothing a server may ask.
                    s.send(
                            1,
                            Command.DMA_WRITE,
                            0,
                            0,
                            access(0x1000, 100).zeros(99).bytes());
                    errors.add(refusal(s));
                    s.send(
                            1,
                            Command.DMA_WRITE,
                            0,
                            0,
                            access(0x2000, 4).zeros(4).bytes());
                    errors.add(refusal(s));
                    s.send(1, Command.DEVICE_RESET, 0, 0, new byte[0]);
                    errors.add(refusal(s));
                    s.reply(request, new byte[0]);
                });
                VfioUserClient client = server.connect(OPTIONS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PAGE);
            client.mapDma(0x1000, memory, Protection.READ_WRITE);
            client.mapDma(0x2000, memory, Protection.READ);
            client.mapDma(0x3000, memory, Protection.WRITE);
            client.reset();
            assertThat(errors)
                    .containsExactly(
                            Errno.EFAULT,
                            Errno.EFAULT,
                            Errno.EFAULT,
                            Errno.EINVAL,
                            Errno.EINVAL,
                            Errno.EINVAL,
                            Errno.EACCES,
                            Errno.EINVAL,
                            Errno.EACCES,
                            Errno.ENOTSUP);
        }
    }

    private static int refusal(ScriptedServer server) throws Exception {
        Message reply = server.receive();
        assertThat(reply.flags()).isEqualTo(TYPE_REPLY | ERROR_FLAG);
        assertThat(reply.payload().capacity()).isZero();
        return reply.error();
    }

    @Test
    void memoryTheServerCutOffIsRefusedAndTheClientLives() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    s.reply(s.expect(Command.DMA_MAP), new byte[0]);
                    Message reset = s.expect(Command.DEVICE_RESET);
                    for (int command : new int[] {Command.DMA_READ, Command.DMA_WRITE}) {
                        s.send(
                                1,
                                command,
                                0,
                                0,
                                access(0, 4096)
                                        .zeros(command == Command.DMA_WRITE ? 4096 : 0)
                                        .bytes());
                        assertThat(s.receive().error()).isZero();
                    }
                    try (var file = java.nio.channels.FileChannel.open(
                            java.nio.file.Path.of(
                                    "/proc/self/fd/" + s.received().getFirst()),
                            java.nio.file.StandardOpenOption.WRITE)) {
                        file.truncate(0);
                    }
                    for (int command : new int[] {Command.DMA_READ, Command.DMA_WRITE}) {
                        s.send(
                                1,
                                command,
                                0,
                                0,
                                access(0, 4096)
                                        .zeros(command == Command.DMA_WRITE ? 4096 : 0)
                                        .bytes());
                        assertThat(refusal(s)).isEqualTo(Errno.EFAULT);
                    }
                    s.reply(reset, new byte[0]);
                });
                VfioUserClient client = server.connect(OPTIONS);
                MemFd memory = MemFd.create("guest", PAGE)) {
            client.mapDma(0, PAGE, memory.fd(), 0, Protection.READ_WRITE);
            client.reset();
            assertThat(client.connected()).isTrue();
        }
    }

    @Test
    void memoryTheServerRefusedIsNotServed() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    Message map = s.expect(Command.DMA_MAP);
                    s.send(map.id(), map.command(), TYPE_REPLY | ERROR_FLAG, Errno.EEXIST, new byte[0]);
                    Message reset = s.expect(Command.DEVICE_RESET);
                    s.send(1, Command.DMA_READ, 0, 0, access(0x1000, 4).bytes());
                    assertThat(refusal(s)).isEqualTo(Errno.EFAULT);
                    s.reply(reset, new byte[0]);
                });
                VfioUserClient client = server.connect(OPTIONS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PAGE);
            assertThatExceptionOfType(VfioUserErrorReply.class)
                    .isThrownBy(() -> client.mapDma(0x1000, memory, Protection.READ_WRITE))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
            client.reset();
        }
    }

    @Test
    void pagesWrittenByMessageAreReportedEvenWhereTheServerKnowsNothing() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    s.reply(s.expect(Command.DMA_MAP), new byte[0]);
                    Message start = s.expect(Command.DEVICE_FEATURE);
                    s.reply(start, start.payload().array());
                    s.send(
                            1,
                            Command.DMA_WRITE,
                            0,
                            0,
                            access(0x1fff, 2).zeros(2).bytes());
                    s.receive();
                    s.awaitClientGone();
                });
                VfioUserClient client = server.connect(OPTIONS);
                Arena arena = Arena.ofConfined()) {
            client.mapDma(0x1000, arena.allocate(4 * PAGE), Protection.READ_WRITE);
            DirtyLog log = client.dirtyLog();
            log.start();
            assertThat(client.serve(Duration.ofSeconds(5))).isEqualTo(1);
            assertThat(log.report(0x1000, 4 * PAGE).stream()).containsExactly(0, 1);
            assertThat(log.report(0x1000, 4 * PAGE).isEmpty()).isTrue();
        }
    }

    @Test
    void aServerThatLogsOtherPagesIsAskedInItsOwnAndItsStrayBitsAreDropped() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    s.reply(s.expect(Command.DMA_MAP), new byte[0]);
                    Message start = s.expect(Command.DEVICE_FEATURE);
                    s.reply(
                            start,
                            new Payload().u32(24).u32(6).u64(65536).u64(0).bytes());
                    for (int i = 0; i < 2; i++) {
                        Message report = s.expect(Command.DEVICE_FEATURE);
                        assertThat(report.u64(24)).isEqualTo(65536);
                        s.reply(
                                report,
                                new Payload()
                                        .u32(40)
                                        .u32(8)
                                        .u64(0)
                                        .u64(0)
                                        .u64(65536)
                                        .u64(-7)
                                        .bytes());
                    }
                });
                VfioUserClient client = server.connect(OPTIONS);
                MemFd memory = MemFd.create("guest", 4 << 16)) {
            client.mapDma(0, 4 << 16, memory.fd(), 0, Protection.READ_WRITE);
            client.dirtyLog().start();
            assertThat(client.dirtyLog().pageBytes()).isEqualTo(65536);
            // What this side had noted in the wrong pages counts as written, once.
            assertThat(client.dirtyLog().report(0, 4 << 16).stream()).containsExactly(0, 1, 2, 3);
            assertThat(client.dirtyLog().report(0, 4 << 16).stream()).containsExactly(0, 3);
        }
    }

    @Test
    void aShortReadOfTheStateIsAsLongAsItsSizeFieldSays() {
        try (ScriptedServer server = new ScriptedServer(s -> {
                    s.negotiate();
                    s.reply(s.receive(), new Payload().u32(16).u32(0).u64(5).bytes());
                    s.reply(
                            s.expect(Command.MIG_DATA_READ),
                            new Payload()
                                    .u32(16)
                                    .u32(3)
                                    .raw((byte) 1, (byte) 2, (byte) 3)
                                    .zeros(997)
                                    .bytes());
                });
                VfioUserClient client = server.connect(OPTIONS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(1000);
            assertThat(client.migration().read(into)).isEqualTo(3);
            assertThat(into.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 3);
        }
    }

    private static Payload access(long address, long count) {
        return new Payload().u64(address).u64(count);
    }
}
