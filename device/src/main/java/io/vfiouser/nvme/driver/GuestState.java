package io.vfiouser.nvme.driver;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * What a driver has to know to go on in another process, apart from guest memory: what {@link NvmeDriver#resume} takes. It begins with magic
 * and version; an other version is refused.
 *
 * <p>Whoever uses the driver may have something travel along under a name ({@link NvmeDriver#carry}). What a thread was in the middle of
 * without doing so does not go on: a command that it waits for completes at the destination, and nobody takes notice.
 */
final class GuestState {

    private static final long MAGIC = 0x4E56_4D45_4755_5354L;
    private static final int VERSION = 1;
    private static final int MOST_PARTS = 64;
    /** What the driver's options may cost here, whoever sent them. */
    private static final int MOST_QUEUES = 1024;

    private static final int MOST_TRANSFER_BYTES = 1 << 30;

    private final Map<String, Supplier<byte[]>> travellers = new ConcurrentSkipListMap<>();
    private final Map<String, byte[]> arrived = new TreeMap<>();

    /** Has something travel along; the supplier is called while the guest is paused. */
    void carry(String name, Supplier<byte[]> save) {
        travellers.put(name, save);
    }

    void leave(String name) {
        travellers.remove(name);
    }

    byte[] carried(String name) {
        byte[] part = arrived.get(name);
        if (part == null) {
            throw new NvmeDriverException("nothing of the name " + name + " came with the guest");
        }
        return part;
    }

    void saveParts(GuestStateWriter into) {
        into.i32(travellers.size());
        travellers.forEach((name, save) -> into.text(name).bytes(save.get()));
    }

    void restoreParts(GuestStateReader from) {
        int count = from.i32(0, MOST_PARTS, "the number of parts");
        for (int i = 0; i < count; i++) {
            arrived.put(from.text(), from.bytes());
        }
    }

    static void saveOptions(DriverOptions options, GuestStateWriter into) {
        into.i64(MAGIC).i32(VERSION);
        into.i32(options.queues()).i32(options.depth()).i64(options.memoryBytes());
        into.flag(options.interrupts()).i32(options.maximumTransferBytes());
        into.i64(options.timeout().toMillis()).i64(options.iovaBase()).flag(options.shadowDoorbells());
    }

    static DriverOptions options(GuestStateReader from) {
        GuestStateReader.require(from.i64() == MAGIC, "it is none of this driver");
        int version = from.i32();
        GuestStateReader.require(
                version == VERSION,
                "it has version " + version + ", and this release knows version " + VERSION
                        + ": use the same release on both sides");
        int queues = from.i32(0, MOST_QUEUES, "the number of queues");
        int depth = from.i32();
        long memoryBytes = from.i64();
        boolean interrupts = from.flag();
        int transfer = from.i32(0, MOST_TRANSFER_BYTES, "the largest transfer");
        long timeoutMillis = from.i64();
        GuestStateReader.require(timeoutMillis > 0 && timeoutMillis < Integer.MAX_VALUE, "a time-out makes no sense");
        return new DriverOptions(
                queues,
                depth,
                memoryBytes,
                false,
                interrupts,
                transfer,
                Duration.ofMillis(timeoutMillis),
                from.i64(),
                from.flag(),
                1);
    }
}
