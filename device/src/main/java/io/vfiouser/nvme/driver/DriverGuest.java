package io.vfiouser.nvme.driver;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Guest;
import io.vfiouser.mover.GuestPauseException;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The driver as a guest whose device moves: queues, buffers and commands in flight stay as they are, and what reaches the device is turned
 * to another client. The mover's thread.
 */
final class DriverGuest implements Guest {

    /** A thread stamps a few MiB between two polls at most. */
    private static final Duration LONGEST_WAY_TO_SAFE_POINT = Duration.ofSeconds(2);

    private final NvmeDriver driver;
    private final GuestThreads threads;
    private final Bar0 bar;
    private final @Nullable Interrupts interrupts;
    private @Nullable BarAttachment prepared;

    DriverGuest(NvmeDriver driver, GuestThreads threads, Bar0 bar, @Nullable Interrupts interrupts) {
        this.driver = driver;
        this.threads = threads;
        this.bar = bar;
        this.interrupts = interrupts;
    }

    @Override
    public Lock clientLock() {
        return bar.clientLock();
    }

    @Override
    public void prepare(VfioUserClient destination) {
        rollBack();
        bar.closeFormer();
        BarAttachment attachment = new BarAttachment(destination);
        try {
            bar.mustReachAsFar(attachment);
            if (interrupts != null) {
                interrupts.giveTo(destination);
            }
        } catch (RuntimeException e) {
            attachment.close();
            throw e;
        }
        prepared = attachment;
    }

    @Override
    public void pause() {
        try {
            threads.pause(LONGEST_WAY_TO_SAFE_POINT);
        } catch (NvmeTimeoutException e) {
            throw new GuestPauseException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void resume() {
        threads.resume();
    }

    @Override
    public void switchTo(VfioUserClient destination) {
        BarAttachment attachment = prepared;
        if (attachment == null || !destination.equals(attachment.client)) {
            throw new IllegalStateException("the guest was not prepared for the device it is to be switched to");
        }
        prepared = null;
        bar.switchTo(attachment);
        threads.moved();
        driver.attachedTo(destination);
    }

    @Override
    public void rollBack() {
        BarAttachment attachment = prepared;
        prepared = null;
        if (attachment != null) {
            attachment.close();
        }
    }

    /** The guest goes on elsewhere: whoever still uses it here is told so. */
    @Override
    public void left() {
        threads.end("the guest has moved to another process: it goes on there");
        driver.left();
    }

    @Override
    public byte[] save() {
        return driver.saveGuest();
    }
}
