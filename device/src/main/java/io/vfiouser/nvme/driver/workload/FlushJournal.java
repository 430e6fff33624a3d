package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.NamespaceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A file that says what a disk has promised to keep: each record names a unit and the generation that a completed Flush covered.
 * It is appended to before the run goes on, so it outlives the run, the server and this process; a record cut short at the end
 * is ignored.
 *
 * <p>Little-endian: a header of 56 bytes (magic, version u32, namespace u32, run u64, block bytes u32, blocks of a unit u32,
 * blocks of the namespace u64, units u64, CRC-32C u32, reserved u32), then records of 16 bytes (unit u64, generation u32, CRC-32C
 * of the first 12 bytes u32).
 */
public final class FlushJournal implements AutoCloseable {

    private static final long MAGIC = 0x314C_4E4A_5546_5656L;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 56;
    private static final int HEADER_CHECKED_BYTES = 48;
    private static final int RECORD_BYTES = 16;
    private static final int RECORD_CHECKED_BYTES = 12;
    private static final int BATCH_RECORDS = 4096;

    private final FileChannel file;
    private final ByteBuffer batch =
            ByteBuffer.allocate(BATCH_RECORDS * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private FlushJournal(FileChannel file) {
        this.file = file;
    }

    /** Begins a journal; a file of that name is replaced. */
    static FlushJournal create(Path path, long run, NamespaceInfo namespace, int unitBlocks, int units) {
        try {
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(MAGIC).putInt(VERSION).putInt(namespace.id()).putLong(run);
            header.putInt(namespace.blockBytes()).putInt(unitBlocks).putLong(namespace.blocks());
            header.putLong(units).putInt(crc(header, 0, HEADER_CHECKED_BYTES)).putInt(0);
            FlushJournal journal = new FlushJournal(file);
            journal.writeFully(header.flip());
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + path + ": " + reason(e), e);
        }
    }

    /** Appends what a flush covered, and returns when the operating system has it. Any thread. */
    synchronized void append(long[] units, int[] generations, int count) {
        try {
            for (int i = 0; i < count; i++) {
                int start = batch.position();
                batch.putLong(units[i]).putInt(generations[i]);
                batch.putInt(crc(batch, start, RECORD_CHECKED_BYTES));
                if (!batch.hasRemaining()) {
                    writeFully(batch.flip());
                    batch.clear();
                }
            }
            writeFully(batch.flip());
            batch.clear();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the journal: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a journal up to its end or the first record that is not whole.
     *
     * @throws IllegalArgumentException if the file is no journal
     * @throws UncheckedIOException if it cannot be read
     */
    public static FlushedUnits read(Path path) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the journal " + path + ": " + reason(e), e);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BYTES
                || in.getLong(0) != MAGIC
                || in.getInt(8) != VERSION
                || in.getInt(HEADER_CHECKED_BYTES) != crc(in, 0, HEADER_CHECKED_BYTES)) {
            throw new IllegalArgumentException(path + " is no journal of this program");
        }
        int units = Math.toIntExact(in.getLong(40));
        int[] flushed = new int[units];
        for (int at = HEADER_BYTES; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
            if (in.getInt(at + RECORD_CHECKED_BYTES) != crc(in, at, RECORD_CHECKED_BYTES)) {
                break;
            }
            int unit = Math.toIntExact(in.getLong(at));
            flushed[unit] = Math.max(flushed[unit], in.getInt(at + 8));
        }
        return new FlushedUnits(in.getLong(16), in.getInt(12), in.getInt(24), in.getInt(28), in.getLong(32), flushed);
    }

    /** The messages of Java's own exceptions for files are the files' names. */
    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static int crc(ByteBuffer bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, length));
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        try {
            file.force(true);
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot finish the journal: " + e.getMessage(), e);
        }
    }
}
