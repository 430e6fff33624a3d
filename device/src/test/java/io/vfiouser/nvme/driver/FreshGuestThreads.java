package io.vfiouser.nvme.driver;

/** A guest without a driver, for tests of other packages. */
public final class FreshGuestThreads {

    private FreshGuestThreads() {}

    /** Nobody is inside. */
    public static GuestThreads create() {
        return new GuestThreads();
    }
}
