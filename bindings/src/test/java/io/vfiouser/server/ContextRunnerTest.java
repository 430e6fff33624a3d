package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.VfioUserLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class ContextRunnerTest {
    @Test
    void aRunnerIsSteppedByHandThroughAConnection() throws Exception {
        Path folder = ServerFixture.temporaryFolder();
        List<ResetReason> resets = new CopyOnWriteArrayList<>();
        DeviceContext context = DeviceContext.builder(folder.resolve("s"))
                .library(ServerFixture.LIBRARY)
                .region(
                        RegionIndex.BAR0,
                        RegionSpec.memory(4096).access(new MemoryRegion(4096)).build())
                .reset(resets::add)
                .build();
        ContextRunner runner = new ContextRunner(context);
        assertThat(runner.doWork()).isZero();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean done = new AtomicBoolean();
        Thread peer = new Thread(() -> {
            try (RawClient client = RawClient.connect(context.socketPath())) {
                client.regionData(0, 0, 4);
            } catch (Throwable t) {
                failure.set(t);
            }
            done.set(true);
        });
        peer.start();
        while (!done.get() || context.isAttached()) {
            if (runner.doWork() == 0) {
                runner.await(Duration.ofMillis(10));
            }
        }
        peer.join();
        assertThat(failure.get()).isNull();
        assertThat(resets).containsExactly(ResetReason.LOST_CONNECTION);
        runner.close();
        assertThat(context.socketPath()).doesNotExist();
        Files.delete(folder);
    }

    @Test
    void aContextBelongsToOneThread() {
        try (ServerFixture server = ServerFixture.start(device -> device)) {
            server.runOnContext(context -> {});
            assertThatThrownBy(() -> server.context().attach())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to");
            assertThatThrownBy(() -> server.context().close()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> server.onContext(DeviceContext::run)).hasMessageContaining("no client");
        }
    }

    @Test
    void aTaskThatFailsDoesNotEndTheThread() {
        try (ServerFixture server = ServerFixture.start(device -> device)) {
            server.runner().execute(() -> {
                throw new IllegalStateException("thrown on purpose");
            });
            server.connect().close();
            assertThat(server.runner().hasEnded()).isFalse();
            assertThatThrownBy(() -> server.runner().start()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void disconnectingEndsTheConnectionFromAnyThread() {
        try (ServerFixture server = ServerFixture.start(device -> device);
                RawClient client = server.connect()) {
            Awaitility.await().until(server.context()::isAttached);
            server.context().disconnect();
            assertThat(client.awaitDisconnected()).isTrue();
            server.connect().close();
        }
    }

    @Test
    void theNextClientIsServedWithinMillisecondsOfALoss() {
        try (ServerFixture server = ServerFixture.start(device -> device)) {
            server.connect().close();
            long start = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                server.connect().close();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void thePrivatePointerAndTheRegisterAreaAreTheLibrarys() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment mine = arena.allocate(8);
            try (ServerFixture server = ServerFixture.start(device -> device.privateData(mine))) {
                DeviceContext context = server.context();
                assertThat(server.onContext(DeviceContext::privateData).address())
                        .isEqualTo(mine.address());
                VfioUserLibrary library = context.library();
                if (library.level() == AbiLevel.V0_1) {
                    assertThat(context.migrationRegisterBytes()).hasValue(4096);
                } else {
                    assertThat(context.migrationRegisterBytes()).isEmpty();
                }
            }
        }
    }

    @Test
    void whatIsLoggedThroughTheLibraryArrivesAtSlf4j() throws Exception {
        String text = "marker " + System.nanoTime() + " 100% %s %n";
        try (ServerFixture server = ServerFixture.start(device -> device)) {
            server.runOnContext(context -> context.log(Level.ERROR, text));
        }
        assertThat(TestLog.text()).contains("ERROR io.vfiouser.server.library").contains(text);
    }

    @Test
    void levelsOfTheLibraryMapToLevelsOfSlf4jAndBack() {
        for (Level level : List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG)) {
            assertThat(NativeLog.level(NativeLog.syslogLevel(level))).isEqualTo(level);
        }
        assertThat(NativeLog.level(0)).isEqualTo(Level.ERROR);
        assertThat(NativeLog.level(5)).isEqualTo(Level.INFO);
    }
}
