package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.migration.StorageMode;
import java.nio.file.Path;

/** Servers of one folder in this process, a guest that works and keeps a journal, and attempts to move it that one side refuses. */
final class RefusedMove {
    static final int DISK_BYTES = 4 << 20;
    private static final String SERVES_NOBODY = "CSTS.CFS";
    private static final DriverOptions PROBE =
            DriverOptions.defaults().withQueues(1).withMemoryBytes(2 << 20).withMaximumTransferBytes(64 << 10);

    private final Path folder;

    RefusedMove(Path folder) {
        this.folder = folder;
    }

    /** What came of an attempt to move. */
    record Attempt(MoveStep failed, Throwable cause) {
        static Attempt of(MoveOutcome outcome) {
            assertThat(outcome).isInstanceOf(MoveOutcome.RolledBack.class);
            MoveOutcome.RolledBack back = (MoveOutcome.RolledBack) outcome;
            return new Attempt(back.step(), back.cause());
        }

        /** Requires that one of these steps was answered with that error. */
        void requireReply(int errno, MoveStep... steps) {
            assertThat(failed).as("%s", cause).isIn((Object[]) steps);
            assertThat(cause).isInstanceOf(VfioUserErrorReply.class);
            assertThat(((VfioUserErrorReply) cause).errno()).isEqualTo(errno);
        }
    }

    NvmeDevice serve(String name, BlockDevice device, StorageMode storage, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(device)
                .storage(storage)
                .socket(folder.resolve(name))
                .incoming(incoming)
                .start();
    }

    NvmeDevice source() {
        return serve("source", RamBlockDevice.ofSize(DISK_BYTES), StorageMode.COPY, false);
    }

    NvmeDevice destination(BlockDevice device) {
        return serve("destination", device, StorageMode.COPY, true);
    }

    JournalledGuest guest(NvmeDevice source) {
        JournalledGuest guest = JournalledGuest.start(source.socket(), folder.resolve("journal"));
        guest.awaitFlushes();
        return guest;
    }

    static Attempt attempt(JournalledGuest guest, NvmeDevice source, NvmeDevice destination) {
        return Attempt.of(guest.move(source.socket(), destination.socket(), StepListener.NONE)
                .outcome());
    }

    /** Requires that the guest works, and that the other side would let nobody. */
    static void requireGuestAtSource(JournalledGuest guest, NvmeDevice destination) {
        guest.requireGoingOn();
        assertThatThrownBy(() -> NvmeDriver.connect(destination.socket(), PROBE).close())
                .isInstanceOf(NvmeDriverException.class)
                .hasMessageContaining(SERVES_NOBODY);
        guest.requireGoingOn();
    }

    /** The next attempt, the end of the load, and the next guest. */
    void requireMove(JournalledGuest guest, NvmeDevice source, NvmeDevice destination) {
        assertThat(guest.move(source.socket(), destination.socket(), StepListener.NONE)
                        .outcome())
                .isEqualTo(new MoveOutcome.Moved());
        guest.requireGoingOn();
        guest.requireIntact();
        guest.close();
        try (NvmeDriver driver = NvmeDriver.connect(destination.socket(), PROBE)) {
            JournalledGuest.requireFlushed(driver, folder.resolve("journal"));
        }
        assertThatThrownBy(() -> NvmeDriver.connect(source.socket(), PROBE).close())
                .isInstanceOf(NvmeDriverException.class)
                .hasMessageContaining(SERVES_NOBODY);
    }

    /** The next attempt, with a destination that has nothing against it. */
    void requireMoveToAnother(JournalledGuest guest, NvmeDevice source) {
        try (NvmeDevice another = serve("another", RamBlockDevice.ofSize(DISK_BYTES), StorageMode.COPY, true)) {
            requireMove(guest, source, another);
        }
    }
}
