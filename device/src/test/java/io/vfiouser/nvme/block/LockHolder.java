package io.vfiouser.nvme.block;

import java.nio.file.Path;

/** A process that owns an image until it is killed. */
public final class LockHolder {
    private LockHolder() {}

    /** Takes the image's path. */
    public static void main(String[] arguments) throws Exception {
        FileBlockDevice.open(Path.of(arguments[0])).activate();
        System.out.println("locked");
        System.out.flush();
        Thread.currentThread().join();
    }
}
