package io.vfiouser.nvme.block;

import java.nio.file.Files;
import java.nio.file.Path;

/** A process that owns an image, or a pool with one device, until it is killed. */
public final class LockHolder {
    private LockHolder() {}

    /** Takes the path of the image or the folder. */
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[0]);
        if (Files.isDirectory(path)) {
            DirectoryBlockDevicePool.open(path, 1 << 20).create(1, 512, 512, BlockIdentity.random());
        } else {
            FileBlockDevice.open(path).activate();
        }
        System.out.println("locked");
        System.out.flush();
        Thread.currentThread().join();
    }
}
