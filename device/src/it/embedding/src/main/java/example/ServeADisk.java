package example;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Serves a disk image and, so that there is something to see, attaches to it as a host would, writes a block, and looks for it
 * in the file.
 */
public final class ServeADisk {
    private static final long IMAGE_BYTES = 16L << 20;
    private static final long LBA = 1234;
    private static final long STAMP = 0x0123_4567_89AB_CDEFL;

    private ServeADisk() {}

    /** @param arguments a folder for the image and the socket */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path image = folder.resolve("disk.img");
        Path socket = folder.resolve("nvme0.sock");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(IMAGE_BYTES);
        }

        int blockBytes;
        try (NvmeDevice disk = NvmeDevice.builder()
                .namespace(FileBlockDevice.open(image))
                .socket(socket)
                .start()) {
            blockBytes = writeOneBlockAsAHost(socket);
        }

        long found = readStamp(image, LBA * blockBytes);
        if (found != STAMP) {
            throw new AssertionError("the image holds " + Long.toHexString(found) + " where the host wrote the stamp");
        }
        String module = Objects.requireNonNullElse(ServeADisk.class.getModule().getName(), "the unnamed module");
        System.out.println("served " + image.getFileName() + " from " + module + ", written by the host, found in the file");
    }

    private static int writeOneBlockAsAHost(Path socket) {
        try (NvmeDriver host = NvmeDriver.connect(socket, DriverOptions.defaults())) {
            NamespaceInfo namespace = host.namespaces().getFirst();
            try (DmaBuffer buffer = host.allocate(namespace.blockBytes())) {
                buffer.segment().set(ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN), 0, STAMP);
                host.ioQueue(0)
                        .executeSuccessfully(
                                NvmeCommand.write(namespace.id(), LBA, 1, false, buffer, 0, namespace.blockBytes()));
                host.ioQueue(0).executeSuccessfully(NvmeCommand.flush(namespace.id()));
            }
            return namespace.blockBytes();
        }
    }

    private static long readStamp(Path image, long position) throws IOException {
        ByteBuffer stamp = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(image)) {
            channel.read(stamp, position);
        }
        return stamp.flip().getLong();
    }
}
