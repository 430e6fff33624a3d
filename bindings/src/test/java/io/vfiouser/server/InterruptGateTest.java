package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.os.Errno;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** The gate alone, with a library made of counters that notices when it is used at the wrong moment. */
class InterruptGateTest {
    private final AtomicBoolean attached = new AtomicBoolean(true);
    private final AtomicBoolean changing = new AtomicBoolean();
    private final AtomicInteger violations = new AtomicInteger();
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicIntegerArray delivered = new AtomicIntegerArray(128);
    private final InterruptGate gate = new InterruptGate(128, this::trigger, wakes::incrementAndGet);

    private int trigger(int vector) {
        if (changing.get()) {
            violations.incrementAndGet();
        }
        if (!attached.get()) {
            return -Errno.ENOENT;
        }
        delivered.incrementAndGet(vector);
        return 0;
    }

    @Test
    void anUnknownVectorIsTriedByTheContextsThreadOnly() {
        gate.open();
        gate.raise(100);
        assertThat(delivered.get(100)).isZero();
        assertThat(wakes).hasValue(1);
        gate.service();
        assertThat(delivered.get(100)).isEqualTo(1);
        gate.raise(100);
        assertThat(delivered.get(100)).isEqualTo(2);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void anAbsentVectorWakesNobodyUntilSomethingChanges() {
        gate.open();
        attached.set(false);
        gate.raise(3);
        gate.service();
        gate.raise(3);
        gate.raise(3);
        assertThat(wakes).hasValue(1);
        assertThat(gate.isPending(3)).isTrue();
        gate.close();
        attached.set(true);
        gate.descriptorsChanged();
        gate.open();
        assertThat(delivered.get(3)).isEqualTo(1);
        assertThat(gate.isPending(3)).isFalse();
    }

    @Test
    void aClosedGateHoldsEverythingBack() {
        gate.raise(7);
        assertThat(delivered.get(7)).isZero();
        assertThat(gate.isOpen()).isFalse();
        gate.open();
        assertThat(gate.isOpen()).isTrue();
        assertThat(delivered.get(7)).isEqualTo(1);
    }

    @Test
    void masksOfTheActiveKindCount() {
        gate.activate(IrqType.MSI);
        gate.mask(IrqType.MSIX, 0, 128, true);
        gate.open();
        gate.raise(0);
        gate.service();
        assertThat(delivered.get(0)).isEqualTo(1);
        gate.close();
        gate.activate(IrqType.MSIX);
        gate.open();
        gate.raise(0);
        gate.service();
        assertThat(delivered.get(0)).isEqualTo(1);
        gate.close();
        gate.mask(IrqType.MSIX, 0, -1, false);
        gate.open();
        assertThat(delivered.get(0)).isEqualTo(2);
    }

    @Test
    void nobodyIsInsideWhileTheGateIsClosedAndNothingIsLost() throws InterruptedException {
        gate.open();
        AtomicBoolean stop = new AtomicBoolean();
        Thread[] pollers = new Thread[3];
        for (int p = 0; p < pollers.length; p++) {
            pollers[p] = new Thread(() -> {
                for (int i = 0; !stop.get(); i++) {
                    gate.raise(i & 127);
                }
            });
            pollers[p].start();
        }
        for (int round = 0; round < 20_000; round++) {
            gate.close();
            changing.set(true);
            attached.set(round % 5 != 0);
            gate.descriptorsChanged();
            changing.set(false);
            gate.open();
        }
        stop.set(true);
        for (Thread poller : pollers) {
            poller.join();
        }
        gate.close();
        attached.set(true);
        gate.descriptorsChanged();
        gate.open();
        assertThat(violations).hasValue(0);
        for (int vector = 0; vector < 128; vector++) {
            assertThat(gate.isPending(vector)).isFalse();
        }
    }
}
