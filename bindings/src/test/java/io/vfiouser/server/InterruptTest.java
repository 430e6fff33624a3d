package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Fd;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InterruptTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int NONE = WireMessage.IRQ_DATA_NONE;
    private static final int MASK = 1 << 3;
    private static final int UNMASK = 1 << 4;

    private static Fd[] fds(EventFd... events) {
        Fd[] fds = new Fd[events.length];
        for (int i = 0; i < events.length; i++) {
            fds[i] = events[i].fd();
        }
        return fds;
    }

    private static void assertSignalled(EventFd event) {
        assertThat(event.await(TIMEOUT)).isTrue();
        assertThat(event.drain()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"INTX", "MSI", "MSIX"})
    void anInterruptOfEachKindReachesTheClientsEventDescriptor(IrqType type) {
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(type, 1));
                RawClient client = server.connect();
                EventFd event = EventFd.create()) {
            client.attachIrqs(type.index(), 0, event.fd()).ok();
            for (int i = 0; i < 3; i++) {
                server.context().interrupts().raise(0);
                assertSignalled(event);
            }
            assertThat(event.drain()).isZero();
            assertThatThrownBy(() -> server.context().interrupts().raise(1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void theNumbersOfInterruptsAreAnnouncedAndErrAndReqAreNot() {
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.INTX, 1)
                        .interrupts(IrqType.MSI, 8)
                        .interrupts(IrqType.MSIX, 32));
                RawClient client = server.connect()) {
            int[] counts = new int[5];
            for (int index = 0; index < counts.length; index++) {
                counts[index] = client.call(RawClient.GET_IRQ_INFO, RawClient.ints(16, 0, index, 0))
                        .ok()
                        .payload()
                        .getInt(12);
            }
            assertThat(counts).containsExactly(1, 8, 32, 0, 0);
            assertThat(server.context().interrupts().vectors()).isEqualTo(32);
        }
    }

    @Test
    void errAndReqAreRefusedWhereTheyOverwriteVectorZero() {
        DeviceContextBuilder builder = DeviceContext.builder(
                        ServerFixture.temporaryFolder().resolve("s"))
                .library(ServerFixture.LIBRARY)
                .interrupts(IrqType.ERR, 1);
        if (ServerFixture.LIBRARY.level() == AbiLevel.V0_1) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("vector 0");
        } else {
            builder.build().close();
        }
        assertThatThrownBy(() -> builder.interrupts(IrqType.MSI, 33)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptWaitsForItsDescriptorAndIsDeliveredOnce() {
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 4));
                RawClient client = server.connect();
                EventFd event = EventFd.create()) {
            InterruptGate gate = server.context().interrupts();
            gate.raise(2);
            gate.raise(2);
            Awaitility.await().until(() -> gate.isPending(2));
            client.attachIrqs(IrqType.MSIX.index(), 2, event.fd()).ok();
            assertThat(event.await(TIMEOUT)).isTrue();
            assertThat(event.drain()).isEqualTo(1);
            Awaitility.await().until(() -> !gate.isPending(2));
        }
    }

    @Test
    void anotherDescriptorTakesOverAndADisabledKindKeepsInterruptsPending() {
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 4));
                RawClient client = server.connect();
                EventFd first = EventFd.create();
                EventFd second = EventFd.create()) {
            InterruptGate gate = server.context().interrupts();
            client.attachIrqs(IrqType.MSIX.index(), 1, first.fd()).ok();
            gate.raise(1);
            assertSignalled(first);
            client.attachIrqs(IrqType.MSIX.index(), 1, second.fd()).ok();
            gate.raise(1);
            assertSignalled(second);
            assertThat(first.drain()).isZero();
            client.disableIrqs(IrqType.MSIX.index()).ok();
            gate.raise(1);
            // While the context's thread tries the vector its bit is down for a moment.
            Awaitility.await().until(() -> gate.isPending(1));
            assertThat(second.drain()).isZero();
            client.reset().ok();
            Awaitility.await().until(() -> !gate.isPending(1));
        }
    }

    @Test
    void maskedVectorsAreHeldBackAndTheListenerHearsOfIt() {
        List<String> heard = new CopyOnWriteArrayList<>();
        IrqStateListener listener =
                (type, first, count, masked) -> heard.add(type + " " + first + " " + count + " " + masked);
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 4, listener)
                        .interrupts(IrqType.INTX, 1, (type, first, count, masked) -> {
                            throw new IllegalStateException("thrown on purpose");
                        }));
                RawClient client = server.connect();
                EventFd zero = EventFd.create();
                EventFd one = EventFd.create()) {
            InterruptGate gate = server.context().interrupts();
            int msix = IrqType.MSIX.index();
            client.attachIrqs(msix, 0, fds(zero, one)).ok();
            client.setIrqs(msix, NONE | MASK, 1, 1).ok();
            gate.raise(1);
            gate.raise(0);
            assertSignalled(zero);
            assertThat(one.drain()).isZero();
            Awaitility.await().until(() -> gate.isPending(1));
            client.setIrqs(msix, NONE | UNMASK, 1, 1).ok();
            assertSignalled(one);
            assertThat(heard).containsExactly("MSIX 1 1 true", "MSIX 1 1 false");
            // A listener that throws hurts nobody; and INTx can be unmasked at any time.
            client.setIrqs(IrqType.INTX.index(), NONE | UNMASK, 0, 1).ok();
        }
    }

    @Test
    void interruptsRaisedInsideACallbackArriveAfterIt() {
        EventFd event = EventFd.create();
        AtomicReference<DeviceContext> context = new AtomicReference<>();
        RegionAccess doorbell = new RegionAccess() {
            @Override
            public void read(long offset, MemorySegment into) {}

            @Override
            public void write(long offset, MemorySegment from) {
                context.get().interrupts().raise(0);
            }
        };
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 1)
                        .region(
                                RegionIndex.BAR0,
                                RegionSpec.memory(4096).access(doorbell).build()));
                RawClient client = server.connect()) {
            context.set(server.context());
            client.attachIrqs(IrqType.MSIX.index(), 0, event.fd()).ok();
            client.writeRegion(0, 0, (byte) 1).ok();
            assertSignalled(event);
        } finally {
            event.close();
        }
    }

    @Test
    void whatTheClientAttachedGoesWithIt() {
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 2));
                EventFd event = EventFd.create()) {
            InterruptGate gate = server.context().interrupts();
            try (RawClient client = server.connect()) {
                client.attachIrqs(IrqType.MSIX.index(), 0, event.fd()).ok();
                gate.raise(0);
                assertSignalled(event);
            }
            Awaitility.await().until(() -> !server.context().isAttached());
            gate.raise(0);
            try (RawClient next = server.connect();
                    EventFd fresh = EventFd.create()) {
                next.attachIrqs(IrqType.MSIX.index(), 0, fresh.fd()).ok();
                gate.raise(0);
                assertSignalled(fresh);
            }
            assertThat(event.drain()).isZero();
        }
    }

    /** Pollers raise as fast as they can while the client replaces descriptors: every interrupt raised last must arrive somewhere. */
    @Test
    void noInterruptIsLostWhileDescriptorsAreReplaced() throws InterruptedException {
        int vectors = 4;
        int rounds = 400;
        try (ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, vectors));
                RawClient client = server.connect()) {
            InterruptGate gate = server.context().interrupts();
            EventFd[][] generations = {newEvents(vectors), newEvents(vectors)};
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong raised = new AtomicLong();
            Thread[] pollers = new Thread[2];
            for (int p = 0; p < pollers.length; p++) {
                int offset = p;
                pollers[p] = new Thread(() -> {
                    for (int i = offset; !stop.get(); i++) {
                        gate.raise(i % vectors);
                        raised.incrementAndGet();
                    }
                });
                pollers[p].start();
            }
            try {
                for (int round = 0; round < rounds; round++) {
                    client.attachIrqs(IrqType.MSIX.index(), 0, fds(generations[round % 2]))
                            .ok();
                    if (round % 16 == 0) {
                        client.disableIrqs(IrqType.MSIX.index()).ok();
                    }
                }
            } finally {
                stop.set(true);
                for (Thread poller : pollers) {
                    poller.join();
                }
            }
            client.attachIrqs(IrqType.MSIX.index(), 0, fds(generations[0])).ok();
            for (int vector = 0; vector < vectors; vector++) {
                generations[0][vector].drain();
                gate.raise(vector);
                assertSignalled(generations[0][vector]);
                int last = vector;
                Awaitility.await().until(() -> !gate.isPending(last));
            }
            assertThat(raised.get()).isPositive();
            for (EventFd[] generation : generations) {
                for (EventFd event : generation) {
                    event.close();
                }
            }
        }
    }

    private static EventFd[] newEvents(int count) {
        EventFd[] events = new EventFd[count];
        for (int i = 0; i < count; i++) {
            events[i] = EventFd.create();
        }
        return events;
    }
}
